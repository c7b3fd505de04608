import { expect, test } from 'vitest'
import { emptyRun, enter } from '../../../runner/report/collected-run.ts'
import { canarySentences, noticesOf } from '../../../runner/report/notices.ts'
import { canary, fabric, path, start } from './events.ts'

test('a canary that passed says nothing', () => {
  expect(canarySentences([canary('n0'), canary('n1', undefined, { side: 'egress' })])).toEqual([])
  expect(canarySentences([])).toEqual([])
})

test('a deny-all that cuts off nothing anywhere means that the cluster enforces nothing', () => {
  expect(canarySentences([canary('n0', 'deny'), canary('n1', 'deny', { side: 'egress', family: 6 })])).toEqual([
    'this cluster enforces no NetworkPolicy: connections pass through a deny-all policy everywhere: n0, n1 (IPv4, IPv6; ingress, egress); no block counts',
  ])
})

test('what fails on some nodes is told for these nodes, each kind once', () => {
  const results = [
    canary('n0'),
    canary('n1', 'deny'),
    canary('n2', 'deny'),
    canary('n3', 'before'),
    canary('n4', 'admit'),
  ]
  expect(canarySentences(results)).toEqual([
    'policies are not enforced on n1, n2 (IPv4; ingress): a connection passed through a deny-all policy (connected); no block counts there',
    'the canary is of no use on n3 (IPv4; ingress): its listener was not reached before any policy (connect_timeout); no block counts there',
    'policies do not let go on n4 (IPv4; ingress): an exact allow rule did not open the canary again (connect_timeout); no block counts there',
  ])
})

test('the first step that went wrong is the one that counts', () => {
  const steps = canary('n0', 'before').steps.map((step) => ({ ...step, ok: false }))
  expect(canarySentences([canary('n0', 'before', { steps }), canary('n1')])[0]).toContain(
    'not reached before any policy',
  )
})

test('a notice of several scenarios is one, with their names only where it does not hold for all', () => {
  const collected = emptyRun()
  for (const scenario of ['shop', 'nova', 'stacks']) enter(collected, { ...fabric, scenario } as typeof fabric)
  const tell = (message: string, ...scenarios: readonly string[]) => {
    for (const scenario of scenarios) enter(collected, { kind: 'notice', scenario, message })
  }
  tell('settled late', 'shop', 'nova')
  tell('no IPv6', 'shop', 'nova', 'stacks')
  enter(collected, { kind: 'notice', message: 'for all' })
  expect(noticesOf(collected)).toEqual([
    { message: 'settled late', scenarios: ['shop', 'nova'] },
    { message: 'no IPv6', scenarios: [] },
    { message: 'for all', scenarios: [] },
  ])
})

test('passes that a policy speaks against are counted', () => {
  const collected = emptyRun()
  for (const event of [start, fabric]) enter(collected, event)
  for (const to of ['api', 'pg']) enter(collected, { kind: 'path', result: path({ to, cause: 'unenforced' }) })
  expect(noticesOf(collected)).toEqual([
    { message: '2 paths pass although policies deny them (unenforced)', scenarios: [] },
  ])
})
