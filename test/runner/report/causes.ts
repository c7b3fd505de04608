import type { Cause, PathResult } from '../../../runner/result/path-result.ts'
import { blockedPath, endpoint, openPath, outcome, path } from './events.ts'

const timeout = outcome('connect_timeout', { address: '10.244.1.7', port: 5432, durations: { connect: 3_500 } })
const refused = outcome('connect_refused', { address: '10.244.1.7', port: 5432 })

const failed = (cause: Cause, explanation: string, more: Partial<PathResult> = {}) =>
  path({ status: 'fail', cause, seen: 'unknown', explanation: [explanation], ...more })
const unknown = (cause: Cause, explanation: string, more: Partial<PathResult> = {}) =>
  blockedPath({
    status: 'inconclusive',
    cause,
    seen: 'unknown',
    observed: timeout,
    control: [],
    explanation: [explanation],
    ...more,
  })

/** One path for each cause, with the sentences and evidence that a run gives. */
export const pathsByCause: Record<Cause, PathResult> = {
  policy: openPath({ cause: 'policy', predicted: { verdict: 'allow', evidence: ['shop-data/allow-api ingress[0]'] } }),
  enforcement: openPath({
    cause: 'enforcement',
    predicted: {
      verdict: 'deny',
      evidence: ['shop-data/allow-api selects shop-data/postgres-0 and admits app=api only'],
    },
    explanation: ['the policies deny it, and packets pass'],
  }),
  open: openPath(),
  leak: openPath({
    cause: 'leak',
    seen: 'partly',
    endpoints: [endpoint({ state: 'leak', open: 2, of: 3 })],
    explanation: ['leaks: shop-data/postgres-0 (10.244.1.7:5432) was open in 2 of 3 attempts'],
  }),
  blocked: failed('blocked', 'blocked, but it must be open: shop-data/api-0 (10.244.1.7:5432) is connect_timeout', {
    seen: 'blocked',
    observed: timeout,
    endpoints: [endpoint({ state: 'blocked', reason: 'connect_timeout', open: 0 })],
  }),
  partly_open: failed('partly_open', 'partly open: 1 of 2 endpoints answer; not shop-data/api-1 (10.244.1.9:4000)', {
    seen: 'partly',
    observed: timeout,
    endpoints: [
      endpoint({ address: '10.244.0.8', port: 4000, pod: 'shop-data/api-0', node: 'n0', of: 1, open: 1 }),
      endpoint({
        address: '10.244.1.9',
        port: 4000,
        pod: 'shop-data/api-1',
        state: 'blocked',
        reason: 'connect_timeout',
        open: 0,
      }),
    ],
  }),
  dns: failed('dns', 'DNS does not answer the source (dns_timeout)', {
    observed: outcome('dns_timeout', {
      durations: { resolve: 4_000 },
      dns: {
        questions: ['api.shop-front.svc.cluster.local', 'api'].map((name) => ({
          name,
          type: 'A' as const,
          server: '10.96.0.10',
          transport: 'udp' as const,
          rcode: 'TIMEOUT',
          milliseconds: 2_000,
        })),
        records: [],
      },
    }),
  }),
  not_listening: unknown('not_listening', 'nothing listens on 10.244.1.7:5432/TCP', { observed: refused }),
  target_gone: unknown('target_gone', 'nothing has the address 10.244.1.7 any more', {
    observed: outcome('host_absent', { address: '10.244.1.7', port: 5432, durations: { connect: 3_060 } }),
  }),
  no_such_name: failed('no_such_name', 'there is no Service api in namespace shop-front', {
    observed: outcome('dns_nxdomain'),
  }),
  no_such_port: failed('no_such_port', 'Service shop-data/api has no port 4001: did you mean 4000?', {
    observed: refused,
  }),
  no_endpoints: unknown('no_endpoints', 'Service shop-data/api has no ready endpoints', { observed: refused }),
  service: openPath({
    cause: 'service',
    explanation: [
      "the Service's own address does not answer, but its endpoints do: shop-data/postgres-0 (10.244.1.7:5432)",
    ],
  }),
  tls: failed('tls', 'TLS is not as asked (tls_expired)', {
    seen: 'open',
    observed: outcome('tls_expired', {
      phase: 'tls',
      address: '10.96.0.12',
      port: 443,
      detail: 'certificate has expired',
    }),
  }),
  http: failed('http', 'HTTP is not as asked (http_status: expected 200)', {
    seen: 'open',
    expect: 'status 200',
    observed: outcome('http_status', {
      phase: 'response',
      address: '10.96.0.12',
      port: 4000,
      http: { status: 503, headers: { server: 'nginx' }, body: 'upstream down', url: 'http://api:4000/' },
    }),
  }),
  closed: failed('closed', 'Service shop-data/api (10.96.0.12:4000) accepts the connection and ends it at once', {
    seen: 'open',
    observed: outcome('reset_after_connect', { address: '10.96.0.12', port: 4000 }),
  }),
  unexpected_pass: failed(
    'unexpected_pass',
    'it passes, and known.txt:3 says that it is known to fail: remove that line',
    {
      seen: 'open',
    },
  ),
  answer: failed('answer', 'the name exists, and it must not', {
    to: 'dns://api',
    expect: 'NXDOMAIN',
    seen: 'open',
    observed: outcome('answered', {
      phase: 'resolve',
      dns: {
        name: 'api.shop-front.svc.cluster.local',
        questions: [],
        records: [{ name: 'api.shop-front.svc.cluster.local', type: 'A', data: '10.96.0.12', ttl: 30 }],
      },
    }),
  }),
  unenforced: path({
    cause: 'unenforced',
    predicted: { verdict: 'deny', evidence: ['shop-front/default-deny selects shop-front/ui and admits nothing'] },
    explanation: ['open as expected, but a policy denies it: it works only as long as that is not enforced'],
  }),
  unexplained_block: unknown('unexplained_block', 'blocked, though every policy allows it', { seen: 'blocked' }),
  not_run: unknown('not_run', 'did not run: the tunnel to the probe broke', {
    observed: outcome('not_run'),
    endpoints: [],
  }),
  self: unknown('self', 'the source is the only pod behind the target', { observed: undefined, endpoints: [] }),
  no_control: unknown('no_control', 'no pod has the address 192.0.2.1: without a control nothing is known of it'),
  no_route: unknown('no_route', 'the source has no route to it', { observed: outcome('no_route') }),
  source_dead: unknown('source_dead', 'the source reached nothing on n1 over IPv4'),
  source_missing: unknown('source_missing', 'there is no deployment/ui in shop-front', {
    observed: undefined,
    endpoints: [],
    source: undefined,
  }),
  not_enforced: unknown('not_enforced', 'policies are not enforced on n1', { seen: 'open' }),
  late_policies: unknown('late_policies', 'policies did not know the fresh source before the run ended'),
  intercepted: unknown('intercepted', 'something in between answers every connection', {
    observed: outcome('connected', { address: '10.244.1.7', port: 5432 }),
  }),
  overflow: unknown('overflow', 'the accept queue of the target overflowed: its silence says nothing'),
  not_simulated: unknown('not_simulated', 'only Cluster shop-data/pg would make it, which nothing here acts on', {
    observed: undefined,
    endpoints: [],
  }),
  world_changed: unknown('world_changed', 'the world changed: policy shop-data/allow-api was replaced in mid-run'),
}
