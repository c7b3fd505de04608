import { expect, it } from 'vitest'
import type { Manifest } from '../../fabric/fabric.ts'
import { objectsOf } from '../../fabric/manifests/read.ts'
import type { RunEvent } from '../../runner/result/events.ts'
import { predictRun } from '../../runner/run/predict-run.ts'
import { parseScenarios } from '../../runner/scenario/parse.ts'
import { denyIngress, pod, service } from './objects.ts'
import { runInLab } from './run-in-lab.ts'

const { signal } = new AbortController()

function deployment(key: string, replicas: number, labels = {}): Manifest {
  const [namespace, app] = key.split('/')
  const containers = [{ name: 'main', image: 'crosscheck', ports: [{ containerPort: 8080 }] }]
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name: app } },
    spec: {
      ...{ replicas, selector: { matchLabels: { app } } },
      template: { metadata: { labels: { app, ...labels } }, spec: { containers } },
    },
  }
}

/** `web` is closed, `free` has no policy; `mixed` is a Service over `one` and `bare`. */
const objects = [
  deployment('web/one', 1, { tier: 'mixed' }),
  deployment('web/two', 2),
  pod('web/bare', { labels: { tier: 'mixed' } }),
  deployment('free/lone', 1),
  deployment('free/pair', 2),
  denyIngress('web/closed'),
  ...['web/one', 'web/two', 'web/bare', 'free/lone', 'free/pair'].map((key) => service(key)),
  service('web/mixed', { selector: { tier: 'mixed' } }),
  service('web/headless', { clusterIP: 'None', selector: { app: 'one' }, ports: [{ port: 8080 }] }),
  service('free/node', {
    ...{ type: 'NodePort', selector: { app: 'lone' } },
    ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
  }),
]

const ends = {
  sources: {
    one: { namespace: 'web', like: 'deployment/one' },
    two: { namespace: 'web', like: 'deployment/two' },
    bare: { namespace: 'web', as: 'pod/bare' },
    each: { pods: { namespace: 'web', matchLabels: { tier: 'mixed' } } },
    lone: { namespace: 'free', like: 'deployment/lone' },
    pair: { namespace: 'free', like: 'deployment/pair' },
  },
  targets: {
    one: 'web/deploy/one:8080',
    two: 'web/deploy/two:8080',
    bare: 'web/pod/bare:8080',
    lone: 'free/deploy/lone:8080',
    pair: 'free/deploy/pair:8080',
    'one-service': 'tcp://one.web:80',
    'two-service': 'tcp://two.web:80',
    'bare-service': 'tcp://bare.web:80',
    'lone-service': 'tcp://lone.free:80',
    'pair-service': 'tcp://pair.free:80',
    mixed: 'tcp://mixed.web:80',
    headless: 'tcp://headless.web:8080',
    node: 'nodeport://30080',
  },
}

interface Told {
  /** `source -> target: status (cause)`; what is predicted counts as what passes. */
  readonly paths: readonly string[]
  readonly notices: readonly string[]
  readonly counts: { readonly fail: number; readonly inconclusive: number }
}

function toldBy(events: readonly RunEvent[]): Told {
  const end = events.find((event) => event.kind === 'end')!
  return {
    paths: events.flatMap((event) => {
      if (event.kind !== 'path') return []
      const { from, to, status, cause } = event.result
      const why = cause === 'self' ? ' (self)' : ''
      return [`${from} -> ${to}: ${status === 'predicted' ? 'pass' : status}${why}`]
    }),
    notices: events.flatMap((event) => (event.kind === 'notice' ? [event.message] : [])),
    counts: { fail: end.summary.fail, inconclusive: end.summary.inconclusive },
  }
}

async function inLab(spec: Readonly<Record<string, unknown>>): Promise<Told> {
  const { events } = await runInLab({ objects, spec })
  return toldBy(events)
}

async function predicted(spec: Readonly<Record<string, unknown>>): Promise<Told> {
  const head = { apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'test' } }
  const { scenarios } = parseScenarios(JSON.stringify({ ...head, spec }), 'test.yaml')
  const place = { file: 'objects.yaml', line: 1, column: 1 }
  const read = objects.flatMap((value) => objectsOf(value, () => place, []))
  const events: RunEvent[] = []
  await predictRun(
    scenarios.map((scenario) => ({ scenario, objects: read, readObjects: async () => [] })),
    {
      head: { id: 'test', where: 'predicted', tool: '0', scenarios: [] },
      ...{ emit: (event: RunEvent) => void events.push(event), now: Date.now, signal },
    },
  )
  return toldBy(events)
}

it('a closed matrix leaves out the pairs of a pod with itself, in the lab and predicted alike, and says so once', async () => {
  const matrix = { from: Object.keys(ends.sources), to: Object.keys(ends.targets) }
  const spec = { ...ends, matrix: { ...matrix, allowed: ['* -> lone', '* -> lone-service', 'lone -> pair'] } }
  const [lab, engine] = await Promise.all([inLab(spec), predicted(spec)])
  expect(engine).toEqual(lab)
  const pairs = 'one -> one, one -> one-service, one -> headless, bare -> bare, bare -> bare-service'
  expect(lab.notices).toEqual([expect.stringContaining(pairs)])
  expect(lab.paths.filter((path) => path.includes('(self)'))).toEqual([])
  expect(lab.paths).toContain('two -> two: pass')
  expect(lab.paths).toContain('pair -> pair: fail')
  expect(lab.paths.filter((path) => path.startsWith('lone -> lone'))).toEqual([])
})

it('a pair that is written out is judged: blocked is inconclusive where nothing but the source is behind the target', async () => {
  const from = ['one', 'two', 'bare', 'each', 'lone', 'pair']
  const to = Object.keys(ends.targets)
  const spec = { ...ends, paths: [{ from, to, expect: 'blocked' }] }
  const [lab, engine] = await Promise.all([inLab(spec), predicted(spec)])
  expect(engine).toEqual(lab)
  expect(lab.paths).toContain('one -> one: inconclusive (self)')
  expect(lab.paths).toContain('one -> mixed: pass')
})

it('a pair that `allowed` lists is judged: a pod reaches itself though policies isolate it', async () => {
  const allowed = ['one -> one', 'bare -> bare', 'lone -> lone', 'lone -> lone-service', 'pair -> pair']
  const spec = {
    ...ends,
    matrix: { from: ['one', 'bare', 'lone', 'pair'], to: ['one', 'bare', 'lone', 'lone-service', 'pair'], allowed },
  }
  const [lab, engine] = await Promise.all([inLab(spec), predicted(spec)])
  expect(engine).toEqual(lab)
  for (const pair of allowed) expect(lab.paths).toContain(`${pair}: pass`)
})
