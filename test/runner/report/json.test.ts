import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonReporter } from '../../../runner/report/json.ts'
import { reportJsonSchema, reportSchema } from '../../../runner/report/schema.ts'
import { pathsByCause } from './causes.ts'
import { blockedPath, canary, cluster, end, fabric, openPath, outcome, path, run, said, start } from './events.ts'

const json = (events: Parameters<typeof said>[1]) => said(jsonReporter(), events)
const everything = run(
  [path(), blockedPath(), ...Object.values(pathsByCause)],
  [
    { kind: 'canary', scenario: 'shop', results: [canary('n0'), canary('n1', 'deny', { family: 6 })] },
    { kind: 'notice', message: 'policies changed 40 s before this run' },
    { kind: 'doing', scenario: 'shop', what: 'asking' },
  ],
)

test('a run with every cause is a document of the schema', () => {
  const report = reportSchema.parse(JSON.parse(json(everything)))
  expect(report.paths.map(({ cause }) => cause)).toEqual([null, null, ...Object.keys(pathsByCause)])
  expect(report.canary.map(({ node, family, ok }) => [node, family, ok])).toEqual([
    ['n0', 4, true],
    ['n1', 6, false],
  ])
  expect(report.notices).toEqual([{ scenario: null, message: 'policies changed 40 s before this run' }])
})

test('the JSON Schema accepts a real document and refuses one with another key', () => {
  const schema = reportJsonSchema()
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#')
  const check = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  const document = JSON.parse(json(everything))
  expect(check.safeParse(document).error?.issues).toBeUndefined()
  expect(check.safeParse({ ...document, more: 1 }).success).toBe(false)
  expect(check.safeParse({ ...document, run: { ...document.run, where: 'elsewhere' } }).success).toBe(false)
})

test('a path has its evidence: what was seen where, the controls, the place in the file', () => {
  const events = run([
    openPath({ family: 4, step: 'drift', name: 'no way', tags: ['data'], closedWorld: true }),
    blockedPath(),
  ])
  const { paths } = reportSchema.parse(JSON.parse(json(events)))
  expect(paths[0]).toMatchObject({
    ...{ scenario: 'shop', step: 'drift', name: 'no way', from: 'ui', to: 'pg', family: 4, expect: 'blocked' },
    ...{ status: 'fail', cause: 'open', seen: 'open', tags: ['data'], closedWorld: true, predicted: null, control: [] },
    observed: {
      phase: 'connect',
      reason: 'connected',
      attempts: 1,
      milliseconds: 1.8,
      address: '10.244.1.7',
      port: 5432,
    },
    lookup: { reason: 'answered', dns: { records: [{ data: '10.96.0.31' }] } },
    endpoints: [{ pod: 'shop-data/postgres-0', uid: 'a11ce', node: 'n1', family: 4, open: 3, of: 3, service: null }],
    source: {
      ...{ pod: 'shop-front/ui-crosscheck', uid: '5eed', node: 'n0', addresses: ['10.244.0.5'] },
      note: 'tested as deployment/ui',
    },
    ...{ file: 'scenarios/shop/scenario.yaml', line: 21, column: 7 },
  })
  expect(paths[0]?.explanation.split('\n')).toHaveLength(3)
  expect(paths[1]?.control.map(({ shown, kind }) => [shown, kind])).toEqual([
    [true, 'inside'],
    [true, 'canary-listener'],
    [true, 'canary'],
  ])
})

test('the head says who ran what, where and with which policies', () => {
  const unknown = { kind: 'path', result: path() } as const
  const { run: head } = reportSchema.parse(JSON.parse(json([start, cluster, unknown, end({ interrupted: true })])))
  expect(head).toMatchObject({
    ...{ where: 'lab', tool: '0.1.0', image: 'sha256:0f0f', user: 'ci', interrupted: true },
    ...{ start: '2026-11-21T02:13:05.120Z', end: '2026-11-21T02:13:08.360Z' },
    cluster: { uid: 'c0ffee', version: 'v1.34.1' },
    scenarios: [{ name: 'shop', file: 'scenarios/shop/scenario.yaml', fabric: 'context kind-shop, server v1.34.1' }],
    policies: [{ namespace: 'shop-data', name: 'allow-api', uid: '6f1c', resourceVersion: '4711' }, { uid: null }],
  })
})

test('nothing is written before the end, and every path has a line of its own', () => {
  const reporter = jsonReporter()
  expect(everything.slice(0, -1).map(reporter).join('')).toBe('')
  const lines = reporter(everything.at(-1) as (typeof everything)[0]).split('\n')
  expect(lines.filter((line) => line.startsWith('    {"scenario":"shop","step"'))).toHaveLength(
    2 + Object.keys(pathsByCause).length,
  )
})

test('a run without paths is a document too', () => {
  expect(reportSchema.parse(JSON.parse(json([start, fabric, end()]))).paths).toEqual([])
})

test('paths of scenarios that ran side by side stand in the order of the files', () => {
  const events = [2, 0, 1].map((index) => ({ kind: 'path', result: path({ index, to: `t${index}` }) }) as const)
  const { paths } = reportSchema.parse(JSON.parse(json([start, fabric, ...events, end()])))
  expect(paths.map(({ to }) => to)).toEqual(['t0', 't1', 't2'])
})

test('bodies and headers of HTTP answers are not in the document', () => {
  const { observed } = pathsByCause.http
  expect(observed?.http?.body).toBe('upstream down')
  const document = json(run([pathsByCause.http]))
  expect(document).toContain('"status":503')
  expect(document).not.toMatch(/upstream down|nginx/)
})

test('a hostile name arrives unchanged in the data, and as an escape in the text', () => {
  const name = 'a\x1b[2J\x9b\u202eb\ufeff\u{e0041}'
  const document = json(run([path({ from: name, observed: outcome('not_run', { detail: 'x'.repeat(10_000) }) })]))
  expect(document.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}]*$/u)
  const { paths } = reportSchema.parse(JSON.parse(document))
  expect(paths[0]?.from).toBe(name)
  expect(paths[0]?.observed?.detail).toHaveLength(4_096 + '... (5904 more characters)'.length)
})
