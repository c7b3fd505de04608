import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { textReporter } from '../../../runner/report/text.ts'
import {
  blockedPath,
  canary,
  cluster,
  end,
  endpoint,
  fabric,
  openPath,
  options,
  outcome,
  path,
  run,
  said,
  start,
} from './events.ts'

const text = (events: Parameters<typeof said>[1], more: Partial<typeof options> = {}) =>
  said(textReporter({ ...options, ...more }), events)

const job = blockedPath({
  from: 'job',
  to: 'pg',
  status: 'inconclusive',
  cause: 'not_listening',
  seen: 'unknown',
  observed: outcome('connect_refused', { address: '10.244.1.7', port: 5432 }),
  control: [],
  explanation: ['nothing listens on 10.244.1.7:5432/TCP: even from inside shop-data/postgres-0 it is connect_refused'],
})

test('a run says where it took place, what is wrong and why, the matrix and the sums', () => {
  expect(text(run([path(), blockedPath(), openPath(), job]))).toBe(`\
Lab of 2 nodes and 9 pods in network namespaces of this machine; 2 policies

✗ FAIL ui → pg: expected blocked, saw open
  scenarios/shop/scenario.yaml:21:7, cause open
  open, but it must be blocked
  policy shop-data/allow-api selects no pod: its podSelector asks for part-of=shop, which is on
    the Deployment and not on its pod template
  add the label part-of=shop to spec.template.metadata.labels of shop-data/statefulset/postgres
  why        the frontend must not reach the database
  seen       10.244.1.7:5432 (shop-data/postgres-0 on n1): connected, 3 of 3, 1.8 ms
  DNS        pg.shop-data.svc.cluster.local is 10.96.0.31, asked 10.96.0.10
  source     shop-front/ui-crosscheck on n0, tested as deployment/ui

? INCONCLUSIVE job → pg: expected blocked, not shown
  scenarios/shop/scenario.yaml:21:7, cause not_listening
  nothing listens on 10.244.1.7:5432/TCP: even from inside shop-data/postgres-0 it is
    connect_refused
  seen       10.244.1.7:5432 (shop-data/postgres-0 on n1): connection refused (connect_refused),
               1.8 ms
  source     shop-front/ui-crosscheck on n0, tested as deployment/ui

shop
  from ↓ to →  api  redis  pg
  ui           ✓    ■      ✗
  job          ·    ·      ?

✓ as expected   ■ blocked as expected   ✗ failed   ? inconclusive   · no path

2 passed, 1 failed, 1 inconclusive in 3.2 s
`)
})

test('passing paths are listed with their evidence only when asked for', () => {
  const events = run([path(), blockedPath()])
  expect(text(events)).not.toContain('10.96.0.12')
  expect(text(events, { verbose: true })).toContain(`\
✓ ui → api: expected allowed, saw open
  seen       10.96.0.12:4000: connected, 1.8 ms
  source     shop-front/ui-crosscheck on n0, tested as deployment/ui

✓ ui → redis: expected blocked, saw blocked
  seen       10.244.1.7:5432 (shop-data/postgres-0 on n1): no answer (connect_timeout), 3.5 s, 2
               attempts
  control    shop-data/postgres-0 answers on 10.244.1.7:5432/TCP when asked from inside
             the source reached a listener on n1 (10.244.1.3)
             policies are enforced on n1: the canary was cut off by deny-all and let in again
  source     shop-front/ui-crosscheck on n0, tested as deployment/ui
`)
})

test('paths that fail for the same reason are explained once and all listed', () => {
  const targets = ['pg', 'redis', 'mongo', 'search']
  const paths = ['stranger', 'ui'].flatMap((from, row) =>
    targets.map((to, index) => {
      const address = `10.244.1.${index}`
      return openPath({
        from,
        to,
        observed: outcome('connected', { address, port: 5432 }),
        endpoints: [endpoint({ address, pod: `shop-data/${to}-0` })],
        explanation: ['open, but it must be blocked', `no policy selects shop-data/${to}-0 (${address}:5432)`],
        place: { file: 'scenarios/shop/scenario.yaml', line: 40 + row, column: 7 },
      })
    }),
  )
  const shown = text(run(paths))
  expect(shown.match(/no policy selects/g)).toHaveLength(1)
  expect(shown).toContain('✗ FAIL stranger → pg and 7 more: expected blocked, saw open')
  expect(shown).toContain(`
  the same for
    stranger → redis, mongo, search
    ui       → pg, redis, mongo, search  (line 41)
`)
  expect(text(run(paths), { verbose: true }).match(/no policy selects/g)).toHaveLength(8)
})

test('paths with another explanation are told apart', () => {
  const other = openPath({ to: 'redis', explanation: ['policy shop-data/allow-all admits everybody'] })
  expect(text(run([openPath(), other])).match(/✗ FAIL/g)).toHaveLength(2)
})

test('a cluster that enforces nothing is told once, and its paths are one list', () => {
  const results = [canary('n0', 'deny'), canary('n1', 'deny')]
  const paths = ['pg', 'redis', 'mongo'].map((to) =>
    blockedPath({
      to,
      status: 'inconclusive',
      cause: 'not_enforced',
      explanation: [`the canary of ${to} was open`],
      control: [],
    }),
  )
  const shown = text(run(paths, [{ kind: 'canary', scenario: 'shop', results }]))
  expect(shown.split('\n\n')[1]).toBe(
    '▲ this cluster enforces no NetworkPolicy: connections pass through a deny-all policy everywhere: n0,\n' +
      '  n1 (IPv4; ingress); no block counts',
  )
  expect(shown).toContain('? INCONCLUSIVE ui → pg and 2 more')
})

test('a pass that policies speak against is named at the top', () => {
  const shown = text(run([path({ cause: 'unenforced', explanation: ['a policy denies it'] })]))
  expect(shown).toContain('▲ 1 path passes although a policy denies it (unenforced)\n\n✓ PASS ui → api')
})

test('objects that nothing simulates are listed once for all scenarios', () => {
  const ingress = { ...fabric, notSimulated: ['Ingress shop-front/ui'] } as typeof fabric
  const shown = text([
    start,
    ingress,
    { ...ingress, scenario: 'nova', description: 'lab of 1 node' } as typeof fabric,
    end(),
  ])
  expect(shown.match(/Ingress shop-front\/ui/g)).toHaveLength(1)
})

test('several fabrics have a line each, one that all scenarios share only one', () => {
  const nova = { ...cluster, scenario: 'nova' } as typeof fabric
  expect(text([start, cluster, nova, end()])).toMatch(/^Lab: context kind-shop, server v1.34.1; 2 policies\n\n0 passed/)
  const other = { ...fabric, scenario: 'nova', description: 'lab of 1 node and 3 pods' } as typeof fabric
  expect(text([start, fabric, other, end()])).toMatch(
    /^Lab, 2 scenarios\n {2}shop: lab of 2 nodes .*\n {2}nova: lab of 1 node/,
  )
})

test('scenarios that run side by side stand in the order of their files', () => {
  const events = run([openPath(), openPath({ scenario: 'nova', step: 'drift' })])
  const [head, ...rest] = events
  const mixed = [head!, rest[0]!, ...rest.slice(1, -1).toReversed(), rest.at(-1)!]
  expect(text(mixed)).toBe(text(events))
  expect(text(mixed)).toMatch(/21:7, cause open\n[\s\S]*21:7, step drift, cause open\n/)
})

test('a skipped path is told with its reason, a prediction never as a pass', () => {
  const predicted = path({
    to: 'pg',
    status: 'predicted',
    predicted: { verdict: 'deny', evidence: ['isolated by a policy'] },
  })
  const shown = text(run([path({ status: 'skipped', explanation: ['needs the internet'] }), predicted]))
  expect(shown).toContain('– skipped ui → api: needs the internet\n')
  expect(shown).toContain('≈ predicted   – skipped')
  expect(shown).toMatch(/\n1 predicted, 1 skipped in 3.2 s\n$/)
})

test('an interrupted run says so', () => {
  const shown = text([start, fabric, { kind: 'path', result: path() }, end({ pass: 1, interrupted: true })])
  expect(shown).toMatch(/\n1 passed in 3.2 s; interrupted\n$/)
})

test('colours are laid over the text and change nothing of it', () => {
  const events = run([path(), openPath(), job])
  const coloured = text(events, { colour: true })
  expect(coloured).toContain('\x1b[31m')
  expect(stripVTControlCharacters(coloured)).toBe(text(events))
})

test('a terminal without UTF-8 gets ASCII alone', () => {
  const shown = text(run([path({ from: 'zoë' }), openPath(), job]), { unicode: false })
  expect(shown).toMatch(/^[\x20-\x7e\n]*$/)
  expect(shown).toContain('X FAIL ui -> pg')
  expect(shown).toContain('zo\\xeb')
})

test('each family of a path is told apart, and so is a path by its own name', () => {
  const shown = text(run([openPath({ family: 6 }), openPath({ to: 'redis', family: 4, name: 'stores' })]))
  expect(shown).toContain('✗ FAIL ui → pg (IPv6) and 1 more')
  expect(shown).toContain('ui → redis (IPv4, stores)\n')
  expect(text(run([openPath({ name: 'no stores', family: 6 })]))).toContain(
    '✗ FAIL no stores: ui → pg (IPv6): expected',
  )
})

test('what is expected has a line of its own where the names are long', () => {
  const to = `http://api.${'x'.repeat(70)}.svc.cluster.local/`
  expect(text(run([openPath({ to })]))).toContain(`:\n  expected blocked, saw open\n  scenarios/`)
})

test('lines have 60 columns at least, and 80 where the terminal does not tell', () => {
  expect(text(run([openPath()]), { width: 0 })).toBe(text(run([openPath()]), { width: 80 }))
  const lines = text(run([openPath()]), { width: 30 }).split('\n')
  expect(lines[0]).toBe('Lab of 2 nodes and 9 pods in network namespaces of this')
  expect(lines.filter((line) => line.length > 60)).toEqual([])
})
