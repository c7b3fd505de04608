import { describe, expect, it, test } from 'vitest'
import { crosscheck } from '../cli/crosscheck.ts'
import { folderWith } from '../cli/folder.ts'

const deployment = (namespace: string, name: string, more = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { namespace: ${namespace}, name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  ${more}
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: c, image: i, ports: [{ containerPort: 80 }] }] }
---
`
const service = (namespace: string, name: string) => `apiVersion: v1
kind: Service
metadata: { namespace: ${namespace}, name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: 80 }] }
---
`
const cluster = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { namespace: data, name: pg }
---
`
const manifests = [
  ...['front', 'data'].map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n---\n`),
  ...[deployment('front', 'worker'), deployment('front', 'idle', 'replicas: 0'), deployment('data', 'redis')],
  service('data', 'redis'),
].join('')

/** A scenario in the file `s.yaml` whose sources, targets and paths begin in lines 6, 7 and 9. */
const scenarioOf = ({ sources = '{}', targets = '{}', paths = '', more = '' }) => `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  manifests: [all.yaml]
  sources: ${sources}
  targets: ${targets}
  paths:
${paths}
${more}
`

interface Tried {
  readonly sources?: string
  readonly targets?: string
  readonly paths?: string
  readonly more?: string
  readonly files?: Readonly<Record<string, string>>
}

/** Exit code of `validate` and its problems: `line:column severity: message / hint`. */
async function validated({ files = {}, ...parts }: Tried): Promise<readonly [number | null, ...string[]]> {
  const folder = await folderWith({ 'all.yaml': manifests, ...files, 's.yaml': scenarioOf(parts) })
  const { code, stdout } = await crosscheck(['validate', 's.yaml', '-o', 'json'], { cwd: folder })
  const { problems } = JSON.parse(stdout) as {
    problems: { severity: string; message: string; hint?: string; place: { line: number; column: number } }[]
  }
  return [
    code,
    ...problems.map(
      ({ severity, message, hint, place }) =>
        `${place.line}:${place.column} ${severity}: ${message}${hint === undefined ? '' : ` / ${hint}`}`,
    ),
  ]
}

const path = (from: string, to: string, expectation = 'allowed') =>
  `    - { from: ${from}, to: "${to}", expect: ${expectation} }`

test('every name that no manifest has is told at once, with its place and a suggestion', async () => {
  const [code, ...problems] = await validated({
    sources:
      '{ w: { namespace: front, like: deployment/wroker }, n: { namespace: fronnt }, p: { pods: { namespace: dta } } }',
    targets: '{ r: "tcp://redis.dta:80", s: "data/svc/rediss:80", d: "data/deploy/redsi:80" }',
    paths: [
      ...['r', 's', 'd'].map((to) => path('w', to)),
      path('front/deploy/worker', 'dns://redis.dta'),
      path('ns/datta', 'tcp://redis.data:80'),
    ].join('\n'),
  })
  expect([code, problems]).toEqual([
    2,
    [
      '6:14 error: front/deployment/wroker has no pod / did you mean worker?',
      '6:64 error: there is no namespace fronnt / did you mean front?',
      '6:90 error: there is no namespace dta / did you mean data?',
      '7:14 error: redis.dta is an unknown host: there is no namespace dta / did you mean data?',
      '7:39 error: rediss.data is an unknown host: namespace data has no Service rediss / did you mean redis?',
      '7:64 error: data/deployment/redsi has no pod / did you mean redis?',
      '12:7 error: redis.dta is an unknown host: there is no namespace dta / did you mean data?',
      '13:7 error: there is no namespace datta / did you mean data?',
    ],
  ])
})

describe('what is certain is an error, and what is not is none', () => {
  const sources = '{ w: { namespace: front, like: deployment/worker } }'
  it.each([
    ['a name that nothing is near', path('w', 'tcp://cache.data:80'), 2, /error: cache.data is an unknown host/],
    [
      'a namespace that nothing is near',
      path('ns/nowhere', 'tcp://redis.data:80'),
      2,
      /error: there is no namespace nowhere/,
    ],
    [
      'a name that must be blocked',
      path('w', 'tcp://cache.data:80', 'blocked'),
      0,
      /warning: cache.data is an unknown host/,
    ],
    ['a slip of a name that must be blocked', path('w', 'tcp://redsi.data:80', 'blocked'), 2, /did you mean redis/],
    [
      'a short name of another namespace',
      path('w', 'tcp://redis:80'),
      0,
      /warning: redis is an unknown host.*redis\.data\.svc/,
    ],
    [
      'a namespace of the platform',
      path('w', 'tcp://grafana.monitoring:80'),
      0,
      /warning: whether grafana.monitoring exists is not known: namespace monitoring is not in the input/,
    ],
    [
      'a probe in a namespace of the platform',
      path('ns/ingress-nginx', 'tcp://redis.data:80'),
      0,
      /warning: there is no namespace ingress-nginx here/,
    ],
    ['the API server', path('w', 'https://kubernetes.default'), 0, /warning: .* the API server is not in the input/],
    ['a node, of which the input has none', path('w', 'nodeport://30080?node=w7'), 0, /warning: there is no node w7/],
    [
      'an address as a source that nothing has',
      path('203.0.113.77', 'tcp://redis.data:80'),
      2,
      /no pod or node has the address 203.0.113.77/,
    ],
  ])('%s', async (_, paths, code, problem) => {
    const [ended, ...problems] = await validated({ sources, paths })
    expect([ended, problems]).toEqual([code, [expect.stringMatching(problem)]])
  })

  it.each([
    ['a name that must not exist', path('w', 'dns://redis.dta', '{ rcode: NXDOMAIN }')],
    ['a resolver that must not answer', path('w', 'dns://redis.dta', 'blocked')],
    ['a record of another type', path('w', 'dns://_x._tcp.redis.data.svc.cluster.local?type=SRV')],
    ['a name on the internet', path('w', 'https://api.example.com')],
    ['a private name', path('w', 'tcp://db.corp.internal:5432')],
    ['a path that is skipped', path('w', 'tcp://redis.dta:80').replace(' }', ', skip: later }')],
    ['a workload that is scaled to zero', path('front/deploy/idle', 'tcp://redis.data:80')],
    ['a target that is scaled to zero', path('w', 'front/deploy/idle:80', 'blocked')],
    ['selectors that expand later', path('all', 'set')],
  ])('nothing is said of %s', async (_, paths) => {
    const more = { sources: `${sources.slice(0, -1)}, all: { namespaces: { matchLabels: { team: x } } } }` }
    const targets = '{ set: { pods: { namespace: data, matchLabels: { app: none }, port: 80 } } }'
    expect(await validated({ ...more, targets, paths })).toEqual([0])
  })

  it('a stand-in of the lab is no unknown host', async () => {
    const paths = path('w', 'tcp://ledger.erp:80')
    expect((await validated({ sources, paths }))[0]).toBe(2)
    expect(await validated({ sources, paths, more: '  lab: { externals: ["ledger.erp:80"] }' })).toEqual([0])
  })

  it('what an operator may create is a warning, and a slip of what is there is none of it', async () => {
    const files = { 'all.yaml': manifests + cluster }
    const [code, problem] = await validated({ sources, files, paths: path('w', 'tcp://pg-rw.data:80') })
    expect([code, problem]).toEqual([0, expect.stringMatching(/warning: .*Cluster data\/pg may create it/)])
    expect((await validated({ sources, files, paths: path('w', 'tcp://redsi.data:80') }))[0]).toBe(2)
  })

  it('what a step makes or takes away is there at some time', async () => {
    const later = service('data', 'later') + deployment('front', 'second')
    const more = `  steps:
    - { apply: [later/], paths: [{ from: front/deploy/second, to: "tcp://later.data:80", expect: allowed }] }
    - { delete: [data/svc/redis], paths: [{ from: w, to: "tcp://redis.data:80", expect: blocked }] }`
    const files = { 'later/l.yaml': later }
    expect(await validated({ sources, files, more, paths: path('w', 'tcp://redis.data:80') })).toEqual([0])
    const wrong = more.replace('data/svc/redis', 'data/svc/redsi')
    const [code, problem] = await validated({ sources, files, more: wrong, paths: path('w', 'tcp://redis.data:80') })
    expect([code, problem]).toEqual([2, '12:7 error: Service data/redsi: not found / did you mean Service data/redis?'])
  })

  it('a file that could not be read takes the ground from every absence', async () => {
    const files = { 'all.yaml': `${manifests}kind: [\n` }
    const [code, ...problems] = await validated({ sources, files, paths: path('w', 'tcp://redis.dta:80') })
    expect([code, problems.join()]).toEqual([2, expect.not.stringContaining('redis.dta')])
  })

  it('a file that was passed over and may hold objects leaves a warning', async () => {
    const files = {
      'all.yaml': manifests,
      'more/Chart.yaml': 'name: x',
      'more/templates/x.yaml': 'kind: {{ .Values.kind }}\n',
    }
    const folder = await folderWith({
      ...files,
      's.yaml': scenarioOf({ sources, paths: path('w', 'tcp://redis.dta:80') }).replace(
        '[all.yaml]',
        '[all.yaml, more]',
      ),
    })
    const { code, stderr } = await crosscheck(['validate', 's.yaml'], { cwd: folder })
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/warning: redis.dta is an unknown host.*\n {2}hint: did you mean data\?/),
    ])
  })

  it('a scenario without manifests is for a cluster', async () => {
    const folder = await folderWith({
      's.yaml': scenarioOf({ paths: path('front/deploy/ui', 'tcp://redis.dta:80') }).replace('[all.yaml]', '[]'),
    })
    expect((await crosscheck(['validate', 's.yaml'], { cwd: folder })).code).toBe(0)
  })
})

test.each(['--lab', '--predict'])('run %s starts nothing where a name is wrong', async (where) => {
  const paths = path('front/deploy/wroker', 'tcp://redis.data:80')
  const folder = await folderWith({ 'all.yaml': manifests, 's.yaml': scenarioOf({ paths }) })
  const told = 's.yaml:9:7: error: front/deployment/wroker has no pod\n  hint: did you mean worker?\n'
  expect(await crosscheck(['run', where, 's.yaml'], { cwd: folder })).toEqual({ code: 2, stdout: '', stderr: told })
  const given = await crosscheck(['run', where, '-f', 'all.yaml', 's.yaml'], { cwd: folder })
  expect([given.code, given.stderr]).toEqual([2, told])
})
