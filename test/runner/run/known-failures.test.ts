import { describe, expect, it } from 'vitest'
import type { PathResult } from '../../../runner/result/path-result.ts'
import { readKnownFailures } from '../../../runner/run/known-failures.ts'
import { parseScenarios } from '../../../runner/scenario/parse.ts'

const { scenarios } = parseScenarios(
  `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: shop }
spec:
  sources: { ui: { namespace: front }, all: { namespaces: { matchLabels: {} } } }
  targets: { pg: "tcp://pg.back:5432", redis: "tcp://redis.back:6379" }
  paths:
    - { from: [ui, all], to: pg, expect: blocked }
    - { name: ui -> database, from: ui, to: redis, expect: blocked }`,
  'shop.yaml',
)

const result = (status: PathResult['status'], from = 'ui'): Omit<PathResult, 'index'> => ({
  ...{ scenario: 'shop', from, to: 'pg', tags: [], closedWorld: false, expect: 'blocked', status, seen: 'open' },
  ...{ endpoints: [], control: [], explanation: ['open'], place: { file: 'shop.yaml', line: 7, column: 12 } },
})

describe('a list of known failures', () => {
  it('sets a listed failure aside with its reason, and leaves others as they are', () => {
    const { problems, amend } = readKnownFailures('# nothing\n\nshop: ui -> pg  # until June\n', 'known.txt', scenarios)
    expect(problems).toEqual([])
    expect(amend(result('fail'))).toMatchObject({
      status: 'skipped',
      explanation: ['known failure (known.txt:3): until June', 'open'],
    })
    expect(amend(result('fail', 'all[front]'))).toMatchObject({ status: 'fail' })
    expect(amend(result('inconclusive'))).toMatchObject({ status: 'inconclusive' })
  })

  it('takes a path by its name', () => {
    const { problems, amend } = readKnownFailures('shop: ui -> database # x', 'known.txt', scenarios)
    expect(problems).toEqual([])
    expect(amend({ ...result('fail'), name: 'ui -> database' })).toMatchObject({ status: 'skipped' })
    expect(amend(result('fail'))).toMatchObject({ status: 'fail' })
    const unknown = readKnownFailures('shop: database # x', 'known.txt', scenarios)
    expect(unknown.problems.map(({ message }) => message)).toEqual(['no scenario has the path shop: database'])
  })

  it('fails a listed path that passes', () => {
    const { amend } = readKnownFailures('shop: ui -> pg # x', 'known.txt', scenarios)
    expect(amend(result('pass'))).toMatchObject({ status: 'fail', cause: 'unexpected_pass' })
  })

  it('takes one source of a selector by its own name', () => {
    const { problems, amend } = readKnownFailures('shop: all[front] -> pg # x', 'known.txt', scenarios)
    expect(problems).toEqual([])
    expect(amend(result('fail', 'all[front]'))).toMatchObject({ status: 'skipped' })
    expect(amend(result('fail', 'all[back]'))).toMatchObject({ status: 'fail' })
  })

  it('tells entries that are no path, lack their reason or their form, each at its line', () => {
    const { problems } = readKnownFailures(
      'shop: ui -> kafka # x\nshop: ui -> pg\nui to pg # x',
      'known.txt',
      scenarios,
    )
    expect(problems.map(({ place, message }) => `${place?.line} ${message}`)).toEqual([
      '1 no scenario has the path shop: ui -> kafka',
      '2 say why it is known to fail: shop: ui -> pg  # reason',
      '3 expected one path a line: scenario: source -> target  # reason, or scenario: name of the path  # reason',
    ])
  })
})
