import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Scenario } from '../../../runner/scenario/model.ts'
import { parseScenarios } from '../../../runner/scenario/parse.ts'

function valid(name: string, set?: ReadonlyMap<string, string>): Scenario {
  const file = `suite/${name}.yaml`
  const text = readFileSync(new URL(`valid/${name}.yaml`, import.meta.url), 'utf8')
  const { scenarios, problems } = parseScenarios(text, file, set ? { set } : {})
  expect(problems).toEqual([])
  return scenarios[0] as Scenario
}

function table({ paths }: Pick<Scenario, 'paths'>): string[] {
  return paths.map(({ source, target, expect: { kind }, closedWorld, place }) =>
    [source.name, '->', target.name, kind, ...(closedWorld ? ['by matrix'] : []), `line ${place.line}`].join(' '),
  )
}

test('a node, an address and a Service are sources as one word, and a node as an object too', () => {
  const text = `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: x }
spec:
  sources: { worker: { node: worker-1 }, short: node/worker-2, six: "2001:0db8::1", behind: shop/svc/web }
  targets: { t: 'tcp://t:1' }
  paths: [{ from: [worker, short, six, behind, nodes/w.example, no/w3, 10.1.2.3], to: t, expect: allowed }]
`
  const { scenarios, problems } = parseScenarios(text, 'f')
  expect(problems).toEqual([])
  expect(scenarios[0]?.paths.map(({ source: { place: _place, name: _name, ...spec } }) => spec)).toEqual([
    { kind: 'node', node: 'worker-1' },
    { kind: 'node', node: 'worker-2' },
    { kind: 'address', address: '2001:db8::1' },
    { kind: 'service', namespace: 'shop', service: 'web' },
    { kind: 'node', node: 'w.example' },
    { kind: 'node', node: 'w3' },
    { kind: 'address', address: '10.1.2.3' },
  ])
})

test('the matrix adds only the cells that no explicit path covers, each with its place', () => {
  expect(table(valid('trackdechets'))).toEqual([
    'ui -> api allowed line 13',
    'ui -> pg blocked line 14',
    'ui -> dns://api dns line 15',
    'prometheus -> api blocked by matrix line 16',
    'prometheus -> pg blocked by matrix line 16',
  ])
})

test('an entry of the matrix with * opens a row, a column or everything', () => {
  const matrix = (allowed: string) => `{ from: [a, b], to: [s, t], allowed: ['${allowed}'] }`
  const open = (allowed: string) =>
    parseScenarios(minimal(`matrix: ${matrix(allowed)}`), 'f').scenarios[0]?.paths.flatMap(
      ({ source, target, expect: { kind } }) => (kind === 'allowed' ? [`${source.name}${target.name}`] : []),
    )
  expect(open('a -> t')).toEqual(['at'])
  expect(open('a -> *')).toEqual(['as', 'at'])
  expect(open('* -> t')).toEqual(['at', 'bt'])
  expect(open('*->*')).toEqual(['as', 'at', 'bs', 'bt'])
})

function minimal(rest: string): string {
  return `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: x }
spec:
  sources: { a: { namespace: a }, b: { namespace: b } }
  targets: { s: 'tcp://s:1', t: 'tcp://t:1' }
  ${rest}
`
}

test('lists of sources and targets give every pair, equal paths count once, different conditions both', () => {
  const same = '{ from: a, to: s, expect: allowed }'
  const paths = `paths: [${same}, { from: [a, b], to: [s, t], expect: allowed }, ${same}, { from: a, to: s, expect: allowed, family: 6 }]`
  const { scenarios, problems } = parseScenarios(minimal(paths), 'f')
  expect(problems).toEqual([])
  expect(
    scenarios[0]?.paths.map(({ source, target, family }) => `${source.name}${target.name}${family ?? ''}`),
  ).toEqual(['as', 'at', 'bs', 'bt', 'as6'])
})

test('one family may be open and the other blocked', () => {
  const paths =
    'paths: [{ from: a, to: s, expect: allowed, family: 4 }, { from: a, to: s, expect: blocked, family: 6 }]'
  expect(parseScenarios(minimal(paths), 'f').problems).toEqual([])
  const both =
    'paths: [{ from: a, to: s, expect: allowed, family: both }, { from: a, to: s, expect: blocked, family: 6 }]'
  expect(parseScenarios(minimal(both), 'f').problems).toHaveLength(1)
})

test('only is possible, with a warning that the rest is not run', () => {
  const { scenarios, problems } = parseScenarios(
    minimal('paths: [{ from: a, to: s, expect: allowed, only: true }]'),
    'f',
  )
  expect(scenarios[0]?.paths[0]?.only).toBe(true)
  expect(problems).toMatchObject([{ severity: 'warning', message: 'only: paths without it are not run' }])
})

test('shorthands become full sources and targets', () => {
  const { sources, targets, paths } = valid('monitoring')
  expect(sources.get('prometheus')).toMatchObject({
    kind: 'like',
    namespace: 'shared',
    workload: 'deployment/prometheus',
  })
  expect(sources.get('shipper')).toMatchObject({ kind: 'as', workload: 'daemonset/fluent-bit', node: 'n1' })
  expect(targets.get('each-backend')).toMatchObject({
    kind: 'pods',
    pods: { by: 'labels', namespace: 'app-backend', selector: { matchLabels: { app: 'backend' } } },
    port: 5000,
    speech: { protocol: 'http', path: '/metrics', request: { method: 'GET', headers: {}, redirects: 0 } },
  })
  expect(targets.get('database')).toMatchObject({
    pods: { by: 'workload', namespace: 'app-backend', workload: 'statefulset/postgres' },
    speech: { protocol: 'tcp' },
  })
  expect(targets.get('login')).toMatchObject({
    host: 'login.app-frontend',
    port: 443,
    secure: true,
    request: { method: 'POST', body: '{}' },
  })
  expect(paths[0]?.expect).toEqual({
    kind: 'allowed',
    http: { status: [200, 204], headers: { 'content-type': 'text/plain' } },
  })
  expect(paths[2]?.target).toMatchObject({
    kind: 'tcp',
    host: 'redis.app-backend',
    port: 6379,
    name: 'app-backend/svc/redis:6379',
  })
  expect(paths.at(-1)?.expect).toEqual({
    kind: 'allowed',
    http: { body: 'welcome' },
    tls: { verified: true, serverName: 'login.example.com' },
  })
})

test('variables stand in every text and take the type that is wanted where they stand alone', () => {
  const dev = valid('environments')
  expect(dev.name).toBe('isolation-dev')
  expect(dev.sources.get('own')).toMatchObject({ namespace: 'day-service-dev', labels: { app: 'day-service' } })
  expect(dev.targets.get('gateway')).toMatchObject({ kind: 'nodePort', port: 30081 })
  expect(dev.paths[2]?.name).toBe(`costs $\{x}`)
  const production = valid(
    'environments',
    new Map([
      ['environment', 'production'],
      ['port', '30080'],
    ]),
  )
  expect(production.sources.get('own')).toMatchObject({ namespace: 'day-service-production' })
  expect(production.targets.get('gateway')).toMatchObject({ port: 30080 })
  expect(production.variables).toMatchObject({ environment: 'production', port: '30080', service: 'day-service' })
})

test('addresses are canonical, selectors and samples are kept, controls are linked', () => {
  const { sources, targets, paths } = valid('environments')
  expect(targets.get('literal')).toMatchObject({ kind: 'tcp', host: 'fd00::1', port: 443 })
  expect(sources.get('sampled')).toMatchObject({ kind: 'pods', sample: 3, selector: { matchLabels: { tier: 'web' } } })
  expect(sources.get('everywhere')).toMatchObject({ kind: 'namespaces', like: 'deployment/web' })
  expect(paths.at(-1)).toMatchObject({
    control: { kind: 'outside', name: 'internet' },
    family: 6,
    expect: { kind: 'blocked', layer: 4, blockedBy: 'firewall' },
  })
})

test('steps change objects by their full kind and carry their own paths', () => {
  const { steps, settleMs, deadlineMs, lab, paths } = valid('steps')
  expect({ settleMs, deadlineMs, policyDelay: lab.policyDelay }).toEqual({
    settleMs: 0,
    deadlineMs: 2000,
    policyDelay: 3000,
  })
  expect(paths[0]).toMatchObject({ deadlineMs: 500, attempts: 2 })
  expect(steps.map(({ name }) => name)).toEqual(['the policy goes', 'step 2', 'step 3'])
  expect(steps[0]?.change).toEqual({
    kind: 'delete',
    objects: [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'x', name: 'deny-all' }],
  })
  expect(steps[1]).toMatchObject({
    change: {
      kind: 'label',
      object: { kind: 'Namespace', namespace: '', name: 'x' },
      labels: { team: 'blue', old: null },
    },
    paths: [{ expect: { kind: 'blocked', layer: 7 } }],
  })
})

test('a file may hold several scenarios, and DNS expectations are sorted and canonical', () => {
  const text = readFileSync(new URL('valid/names.yaml', import.meta.url), 'utf8')
  const { scenarios } = parseScenarios(text, 'names.yaml')
  expect(scenarios.map(({ name, place }) => `${name} ${place.line}`)).toEqual(['nova 1', 'nova-2 10'])
  expect(scenarios[1]?.paths[0]).toMatchObject({
    target: { kind: 'dns', host: 'kafka-0.kafka.kafka.svc.cluster.local.', type: 'A', server: '10.96.0.10' },
    expect: { kind: 'dns', addresses: ['10.0.0.1', '10.0.0.2'] },
  })
})

test('all mistakes are told at once, also those of names beside those of form, none of them twice', () => {
  const text = minimal(`sorces: {}
  paths:
    - { from: c, to: s, expect: open }
    - { from: a, to: u, expect: allowed, why: '$\{where}' }
  matrix: { from: [a], to: [v] }`)
  expect(
    parseScenarios(text, 'f').problems.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`),
  ).toEqual([
    '7:3 spec: unknown key "sorces"',
    '9:15 no source is named "c"',
    '9:33 spec.paths[0].expect: expected allowed, blocked or a mapping, got "open"',
    '10:22 no target is named "u"',
    '10:47 variable "where" is not declared',
    '11:29 no target is named "v"',
  ])
})

test('a key given twice hides no other mistake, and what either of the two holds counts as declared', () => {
  const text = minimal(`sources: { c: { namespace: c, namespace: d }, a: { namespace: e } }
  deadline: soon
  paths: [{ from: c, to: s, expect: open }]
  paths: [{ from: b, to: u, expect: allowed }]`)
  const { scenarios, problems } = parseScenarios(text, 'f')
  expect(scenarios).toEqual([])
  expect(problems.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`)).toEqual([
    '7:3 "sources" is given twice',
    '7:33 "namespace" is given twice',
    '8:13 spec.deadline: expected a duration such as 500ms, 2s or 1m, got "soon"',
    '9:37 spec.paths[0].expect: expected allowed, blocked or a mapping, got "open"',
    '10:3 "paths" is given twice',
    '10:26 no target is named "u"',
  ])
})

test('a reference to a source that is itself invalid is not told again', () => {
  const text = minimal('paths: [{ from: a, to: s, expect: allowed }]').replace('{ namespace: a }', '{ namespce: a }')
  expect(parseScenarios(text, 'f').problems.map(({ message }) => message)).toEqual([
    'spec.sources.a: unknown key "namespce"',
  ])
})

test('deeply nested YAML is refused, not fatal', () => {
  expect(parseScenarios('['.repeat(100_000), 'f').problems).toMatchObject([
    { message: 'the YAML is nested too deeply' },
  ])
})

test('more than a thousand mistakes are counted, not listed', () => {
  const text = minimal(`paths:\n${'    - { from: c, to: s, expect: allowed }\n'.repeat(1500)}`)
  const { problems } = parseScenarios(text, 'f')
  expect(problems).toHaveLength(1001)
  expect(problems.at(-1)?.message).toBe('and 500 more mistakes')
})
