import { expect, test } from 'vitest'
import { githubReporter } from '../../../runner/report/github.ts'
import { blockedPath, canary, openPath, path, run, said } from './events.ts'
import { hostile } from './hostile.ts'

const github = (events: Parameters<typeof said>[1], inconclusive: 'fail' | 'warn' = 'fail') =>
  said(githubReporter({ inconclusive }), events).split('\n')

test('a failure stands at its line, with what was seen', () => {
  expect(github(run([path(), openPath({ explanation: ['open: 100 %'] })]))).toEqual([
    '::error file=scenarios/shop/scenario.yaml,line=21,col=7,title=ui → pg%3A expected blocked%2C saw open::' +
      'ui → pg: expected blocked, saw open (open)%0Aopen: 100 %25%0Awhy: the frontend must not reach the database%0A' +
      'seen: 10.244.1.7:5432 (shop-data/postgres-0 on n1): connected, 3 of 3, 1.8 ms',
    '::notice title=Crosscheck::1 passed, 1 failed in 3.2 s',
    '',
  ])
})

test('paths that one line asserts share an annotation, failures before what is not known', () => {
  const unknown = blockedPath({ status: 'inconclusive', cause: 'source_dead', seen: 'unknown' })
  const lines = github(run([unknown, openPath(), openPath({ to: 'redis' })]))
  expect(lines[0]).toContain('title=ui → pg and 1 more%3A')
  expect(lines[0]).toContain('%0A%0Aui → redis: expected blocked, saw open')
  expect(lines[1]).toMatch(/^::error .*title=ui → redis%3A expected blocked%2C not shown/)
  expect(github(run([unknown]), 'warn')[0]).toMatch(/^::warning /)
})

test('a failed canary is told once, without a place', () => {
  const results = [canary('n0', 'deny')]
  expect(github(run([path()], [{ kind: 'canary', scenario: 'shop', results }]))[0]).toMatch(
    /^::warning title=Crosscheck::this cluster enforces no NetworkPolicy/,
  )
})

test.each(hostile)('no text makes a command or a property of its own: %j', (text) => {
  const place = { file: `a${text}`, line: 1, column: 1 }
  const lines = github(run([openPath({ from: text, scenario: text, why: text, explanation: [text], place })]))
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^::error file=[^,:\p{Cc}]*,line=1,col=1,title=[^,:\p{Cc}]*::[^\p{Cc}]*$/u)
})
