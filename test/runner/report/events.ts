import type { Outcome, Reason } from '../../../checks/outcome.ts'
import type { CanaryResult } from '../../../runner/control/canary.ts'
import type { ControlResult } from '../../../runner/control/controls.ts'
import type { Reporter, ReportOptions } from '../../../runner/report/reporter.ts'
import type { RunEvent, Summary } from '../../../runner/result/events.ts'
import type { EndpointResult, PathResult } from '../../../runner/result/path-result.ts'

/** Events of runs as the runner emits them, written by hand. */
export const start: RunEvent = {
  kind: 'start',
  total: 5,
  head: {
    id: '0193e4c2-6a5b-7c11-9d2f-0a1b2c3d4e5f',
    start: '2026-11-21T02:13:05.120Z',
    where: 'lab',
    tool: '0.1.0',
    scenarios: [{ name: 'shop', file: 'scenarios/shop/scenario.yaml', paths: 5, sha256: 'ab'.repeat(32) }],
  },
}

export const fabric: RunEvent = {
  kind: 'fabric',
  scenario: 'shop',
  description: 'lab of 2 nodes and 9 pods in network namespaces of this machine',
  policies: [
    { namespace: 'shop-data', name: 'allow-api', uid: '6f1c', resourceVersion: '4711' },
    { namespace: 'shop-front', name: 'default-deny' },
  ],
  notSimulated: [],
}

export const cluster: RunEvent = {
  ...fabric,
  description: 'context kind-shop, server v1.34.1',
  cluster: { uid: 'c0ffee', version: 'v1.34.1', user: 'ci' },
}

/** An outcome; `connect` where nothing else is said. */
export function outcome(reason: Reason, more: Partial<Outcome> = {}): Outcome {
  const phase = reason.startsWith('dns_') ? 'resolve' : 'connect'
  return { reason, phase, attempts: 1, durations: { [phase]: 1.8 }, ...more }
}

export function endpoint(more: Partial<EndpointResult> = {}): EndpointResult {
  return {
    address: '10.244.1.7',
    port: 5432,
    protocol: 'TCP',
    family: 4,
    pod: 'shop-data/postgres-0',
    uid: 'a11ce',
    node: 'n1',
    ready: true,
    state: 'open',
    reason: 'connected',
    phase: 'connect',
    open: 3,
    of: 3,
    notRun: 0,
    ...more,
  }
}

const controls: readonly ControlResult[] = [
  {
    shown: true,
    kind: 'inside',
    sentence: 'shop-data/postgres-0 answers on 10.244.1.7:5432/TCP when asked from inside',
  },
  { shown: true, kind: 'canary-listener', sentence: 'the source reached a listener on n1 (10.244.1.3)' },
  {
    shown: true,
    kind: 'canary',
    sentence: 'policies are enforced on n1: the canary was cut off by deny-all and let in again',
  },
]

/** A path that passes: ui reaches api. */
export function path(more: Partial<PathResult> = {}): PathResult {
  return {
    index: 0,
    scenario: 'shop',
    from: 'ui',
    to: 'api',
    tags: [],
    closedWorld: false,
    expect: 'allowed',
    status: 'pass',
    seen: 'open',
    observed: outcome('connected', { address: '10.96.0.12', port: 4000, localAddress: '10.244.0.5' }),
    endpoints: [],
    control: [],
    explanation: [],
    source: {
      ...{ node: 'n0', pod: 'shop-front/ui-crosscheck', uid: '5eed', addresses: ['10.244.0.5'] },
      ...{ image: 'sha256:0f0f', note: 'tested as deployment/ui' },
    },
    place: { file: 'scenarios/shop/scenario.yaml', line: 21, column: 7 },
    ...more,
  }
}

/** ui reaches the database, which must be blocked. */
export function openPath(more: Partial<PathResult> = {}): PathResult {
  return path({
    to: 'pg',
    expect: 'blocked',
    status: 'fail',
    cause: 'open',
    why: 'the frontend must not reach the database',
    observed: outcome('connected', { address: '10.244.1.7', port: 5432 }),
    endpoints: [endpoint()],
    explanation: [
      'open, but it must be blocked',
      'policy shop-data/allow-api selects no pod: its podSelector asks for part-of=shop, which is on the Deployment and not on its pod template',
      'add the label part-of=shop to spec.template.metadata.labels of shop-data/statefulset/postgres',
    ],
    lookup: outcome('answered', {
      phase: 'resolve',
      dns: {
        name: 'pg.shop-data.svc.cluster.local',
        questions: [
          {
            name: 'pg.shop-data.svc.cluster.local',
            type: 'A',
            server: '10.96.0.10',
            transport: 'udp',
            rcode: 'NOERROR',
            milliseconds: 0.6,
          },
        ],
        records: [{ name: 'pg.shop-data.svc.cluster.local', type: 'A', data: '10.96.0.31', ttl: 30 }],
      },
    }),
    ...more,
  })
}

export function blockedPath(more: Partial<PathResult> = {}): PathResult {
  return path({
    to: 'redis',
    expect: 'blocked',
    seen: 'blocked',
    observed: outcome('connect_timeout', {
      address: '10.244.1.7',
      port: 5432,
      attempts: 2,
      durations: { connect: 3_500 },
    }),
    endpoints: [endpoint({ state: 'blocked', reason: 'connect_timeout', open: 0 })],
    control: controls,
    ...more,
  })
}

/** A canary result whose step of that name did not go as wanted. */
export function canary(
  node: string,
  wrong?: 'before' | 'deny' | 'admit',
  more: Partial<CanaryResult> = {},
): CanaryResult {
  const saw = { before: 'connected', deny: 'connect_timeout', admit: 'connected' } as const
  const other = { before: 'connect_timeout', deny: 'connected', admit: 'connect_timeout' } as const
  const steps = (['before', 'deny', 'admit'] as const).map((step) => ({
    step,
    wanted: step === 'deny' ? ('blocked' as const) : ('open' as const),
    saw: step === wrong ? other[step] : saw[step],
    ok: step !== wrong,
  }))
  return { node, family: 4, side: 'ingress', steps, ok: wrong === undefined, ...more }
}

export function end(more: Partial<Summary> = {}): RunEvent {
  const summary = {
    pass: 0,
    fail: 0,
    inconclusive: 0,
    predicted: 0,
    skipped: 0,
    seconds: 3.24,
    interrupted: false,
    ...more,
  }
  return { kind: 'end', end: '2026-11-21T02:13:08.360Z', summary }
}

/** Events of one scenario in which these paths came, with their sums at the end. */
export function run(paths: readonly PathResult[], before: readonly RunEvent[] = []): RunEvent[] {
  const count = (status: PathResult['status']) => paths.filter((each) => each.status === status).length
  const sums = {
    pass: count('pass'),
    fail: count('fail'),
    inconclusive: count('inconclusive'),
    predicted: count('predicted'),
    skipped: count('skipped'),
  }
  const events = paths.map((result, index): RunEvent => ({ kind: 'path', result: { ...result, index } }))
  return [{ ...start, total: paths.length } as RunEvent, fabric, ...before, ...events, end(sums)]
}

export const options: ReportOptions = { colour: false, unicode: true, width: 100, verbose: false, inconclusive: 'fail' }

/** Everything that a reporter said of these events. */
export function said(reporter: Reporter, events: readonly RunEvent[]): string {
  return events.map(reporter).join('')
}
