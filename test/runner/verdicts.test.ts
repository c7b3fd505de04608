import { beforeAll, describe, expect, it } from 'vitest'
import { denyIngress, namespace, pod, policy, service } from './objects.ts'
import { type Ran, runInLab } from './run-in-lab.ts'

const inPod = (name: string, space = 'web') => ({ namespace: space, as: `pod/${name}` })
const path =
  (expected: unknown) =>
  (from: string | readonly string[], to: string | readonly string[], more = {}) => ({
    ...{ from, to, expect: expected },
    ...more,
  })
const allowed = path('allowed')
const blocked = path('blocked')
const text = (result: { readonly explanation: readonly string[] }) => result.explanation.join('\n')

describe('what a name or an address leads to', () => {
  let ran: Ran

  beforeAll(async () => {
    const alias = (externalName: string) => ({ type: 'ExternalName', externalName, selector: undefined })
    const members = (names: readonly string[], tier: string) =>
      names.map((name) => pod(`db/${name}`, { labels: { tier } }))
    ran = await runInLab({
      objects: [
        ...['a', 'b', 'self', 'inside-only'].map((name) => pod(`web/${name}`)),
        ...['shut', 'free', 'host'].map((name) =>
          pod(`db/${name}`, name === 'host' ? { ports: [9100], spec: { hostNetwork: true } } : {}),
        ),
        pod('db/sleeping', { labels: { tier: 'half' }, ready: false }),
        ...members(['awake'], 'half'),
        ...members(['n-1', 'n-2', 'n-3'], 'drawn'),
        ...['shut', 'awake', 'host'].map((name) => denyIngress(`db/${name}`, name)),
        denyIngress('web/self', 'self'),
        policy('web/inside-only', {
          podSelector: { matchLabels: { app: 'inside-only' } },
          policyTypes: ['Egress'],
          egress: [{ to: [{ namespaceSelector: {} }] }],
        }),
        ...['db/shut', 'db/free'].map((key) => service(key)),
        service('web/mirror', { selector: { app: 'self' } }),
        service('db/half', { selector: { tier: 'half' } }),
        service('db/drawn', {
          ...{ type: 'NodePort', selector: { tier: 'drawn' }, externalIPs: ['192.0.2.57'] },
          ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
        }),
        service('db/empty', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30082 }] }),
        service('db/guarded', {
          ...{ type: 'LoadBalancer', selector: { app: 'shut' }, externalTrafficPolicy: 'Local' },
          externalIPs: ['192.0.2.55'],
        }),
        service('db/six', { selector: { app: 'free' }, ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' }),
        service('db/outward', alias('example.test')),
        service('db/inward', alias('shut.db.svc.cluster.local')),
      ],
      spec: {
        lab: {
          externals: ['example.test=93.184.216.34', '93.184.216.40:443'],
          faults: [{ kind: 'no-listener', pod: 'db/n-1' }],
        },
        sources: {
          ...Object.fromEntries(['a', 'b', 'self', 'inside-only'].map((name) => [name, inPod(name)])),
          out: { outside: true },
        },
        paths: [
          allowed('a', 'tcp://six.db:80'),
          allowed('a', ['nodeport://30080', 'tcp://192.0.2.57:80', 'tcp://no-such.db:80']),
          allowed('a', 'tcp://six.db:80', { family: 4 }),
          allowed('self', 'tcp://mirror:80'),
          allowed('out', 'tcp://192.0.2.57:80'),
          blocked('a', [
            'tcp://inward.db:80',
            'tcp://half.db:80',
            'nodeport://30082',
            'nodeport://30083',
            'tcp://192.0.2.55:80',
          ]),
          blocked('a', ['db/pod/host:9100', 'tcp://no-such.example.db:80', 'db/pod/missing:80', 'tcp://shut.db:81']),
          blocked('out', ['nodeport://30080', 'tcp://192.0.2.55:80']),
        ],
      },
    })
  })

  it('an alias of a Service of the cluster stands for the Service and its endpoints', () => {
    const result = ran.of('a', 'tcp://inward.db:80')
    expect(result).toMatchObject({ status: 'pass', endpoints: [{ service: 'db/shut' }, { pod: 'db/shut' }] })
  })

  it('an endpoint that is not ready is open too, and named', () => {
    const result = ran.of('a', 'tcp://half.db:80')
    expect(result).toMatchObject({ status: 'fail', cause: 'policy', seen: 'partly' })
    expect(result.explanation[0]).toMatch(
      /open at db\/sleeping \(.*\), which is not ready, though blocked at 2 of its 3 addresses/,
    )
  })

  it('a NodePort of a Service without endpoints, and one of no Service, say so', () => {
    expect(ran.of('a', 'nodeport://30082')).toMatchObject({ status: 'inconclusive', cause: 'no_endpoints' })
    expect(ran.of('a', 'nodeport://30083')).toMatchObject({ status: 'inconclusive', cause: 'no_such_port' })
    expect(text(ran.of('a', 'nodeport://30083'))).toBe('no Service has the NodePort 30083')
  })

  it.each([
    ['a', 'nodeport://30080'],
    ['a', 'tcp://192.0.2.57:80'],
    ['out', 'tcp://192.0.2.57:80'],
  ])('from %s, %s is partly open when one of the three endpoints that it draws does not answer', (from, to) => {
    const result = ran.of(from, to)
    expect(result).toMatchObject({ status: 'fail', cause: 'partly_open', seen: 'partly' })
    expect(text(result)).toMatch(
      /partly open: .* answered \d+ of \d+ connections, as if not every endpoint behind it did/,
    )
  })

  it('a NodePort that draws an open endpoint leaks', () => {
    expect(ran.of('out', 'nodeport://30080')).toMatchObject({ status: 'fail', cause: 'leak', seen: 'partly' })
  })

  it.each(['a', 'out'])('an external address of a Service is dialled itself from %s', (from) => {
    const result = ran.of(from, 'tcp://192.0.2.55:80')
    expect(result).toMatchObject({ status: 'pass', seen: 'blocked' })
    expect(result.endpoints).toMatchObject([{ address: '192.0.2.55', service: 'db/guarded', state: 'blocked' }])
    expect(result.control).toMatchObject([{ kind: 'endpoint' }, {}, {}])
  })

  it("a pod on its node's network is open, whatever policy selects it, and the report says why", () => {
    const result = ran.of('a', 'db/pod/host:9100')
    expect(result).toMatchObject({ status: 'fail', seen: 'open' })
    expect(text(result)).toContain("db/host is on its node's network, where NetworkPolicies do not apply")
  })

  it('a Service of IPv6 alone is reached over IPv6, and has no address of IPv4', () => {
    const results = ran.results.filter(({ to }) => to === 'tcp://six.db:80')
    expect(results).toMatchObject([
      { status: 'pass', observed: { reason: 'connected' } },
      { family: 4, status: 'fail', cause: 'dns', observed: { reason: 'dns_nodata' } },
    ])
  })

  it('whether an isolated pod reaches itself through its own Service is left to the implementation, whatever the lab shows', () => {
    const result = ran.of('self', 'tcp://mirror:80')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_control' })
    expect(text(result)).toContain('open in the lab, where a cluster may differ')
    expect(text(result)).toContain('(docs/semantics.md#rule-54)')
    expect(result?.predicted?.rules).toEqual([54])
  })

  it('what does not exist is never a block', () => {
    const causes = ['tcp://no-such.example.db:80', 'db/pod/missing:80', 'tcp://shut.db:81'].map((to) => {
      const { status, cause } = ran.of('a', to)
      return [status, cause]
    })
    expect(causes).toEqual([
      ['inconclusive', 'no_such_name'],
      ['inconclusive', 'target_gone'],
      ['inconclusive', 'no_such_port'],
    ])
    expect(ran.of('a', 'tcp://no-such.db:80')).toMatchObject({ status: 'fail', cause: 'dns' })
  })
})

describe('what changes while a scenario runs', () => {
  it('is measured anew after each step, with sources and targets that a step made', async () => {
    const ran = await runInLab({
      objects: [namespace('web'), pod('web/a'), pod('db/x'), service('db/x'), denyIngress('db/x', 'x')],
      files: { 'fresh.yaml': [namespace('fresh'), pod('fresh/y'), service('fresh/y'), denyIngress('fresh/all')] },
      spec: {
        sources: { plain: { namespace: 'web' }, a: inPod('a'), fresh: { namespace: 'fresh' }, y: inPod('y', 'fresh') },
        paths: [blocked(['plain', 'a'], 'tcp://x.db:80'), blocked('fresh', 'tcp://x.db:80')],
        steps: [
          {
            name: 'made',
            apply: ['fresh.yaml'],
            paths: [blocked(['a', 'fresh'], 'tcp://y.fresh:80'), allowed('y', 'tcp://y.fresh:80')],
          },
          {
            name: 'opened',
            delete: ['db/netpol/x'],
            paths: [allowed(['plain', 'y'], 'tcp://x.db:80'), blocked('a', 'tcp://x.db:80')],
          },
          {
            name: 'freed',
            label: { object: 'fresh/pod/y', labels: { role: 'z' } },
            paths: [blocked('a', 'tcp://y.fresh:80')],
          },
          { name: 'gone', delete: ['fresh/pod/y'], paths: [blocked(['a', 'y'], 'tcp://y.fresh:80')] },
        ],
      },
    })
    expect(ran.results.map(({ step, from, status, cause }) => [step, from, status, cause])).toEqual([
      [undefined, 'plain', 'pass', undefined],
      [undefined, 'a', 'pass', undefined],
      [undefined, 'fresh', 'inconclusive', 'source_missing'],
      ['made', 'a', 'pass', undefined],
      ['made', 'fresh', 'pass', undefined],
      ['made', 'y', 'inconclusive', 'no_control'],
      ['opened', 'plain', 'pass', undefined],
      ['opened', 'y', 'pass', undefined],
      ['opened', 'a', 'fail', 'policy'],
      ['freed', 'a', 'pass', undefined],
      ['gone', 'a', 'inconclusive', 'no_endpoints'],
      ['gone', 'y', 'inconclusive', 'source_missing'],
    ])
  })

  it('is given time where policies learn late of what a step made: a source and a target that they wrongly admit are open', async () => {
    const ofNamespace = (name: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    })
    const ran = await runInLab({
      objects: [
        ...[namespace('web'), pod('web/a'), pod('db/x')],
        policy('db/x', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [ofNamespace('fresh')] }] }),
        policy('web/a', { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [ofNamespace('fresh')] }] }),
      ],
      files: { 'fresh.yaml': [namespace('fresh'), pod('fresh/y')] },
      spec: {
        lab: { policyDelay: '3s' },
        sources: { y: inPod('y', 'fresh'), a: inPod('a') },
        paths: [],
        steps: [
          {
            name: 'made',
            apply: ['fresh.yaml'],
            paths: [blocked('y', 'db/pod/x:8080'), blocked('a', 'fresh/pod/y:8080')],
          },
        ],
      },
    })
    expect(ran.of('y', 'db/pod/x:8080')).toMatchObject({ status: 'fail', cause: 'policy', seen: 'open' })
    expect(ran.of('a', 'fresh/pod/y:8080')).toMatchObject({ status: 'fail', cause: 'policy', seen: 'open' })
  })
})

describe('what the policies say beside what packets do', () => {
  it('makes a block that none of them explains inconclusive, unless the path says what blocks it', async () => {
    const tier = { labels: { tier: 't' } }
    const ran = await runInLab({
      objects: [
        ...[pod('web/a'), pod('web/b'), pod('db/shut', tier), pod('db/cut', tier), pod('db/free')],
        denyIngress('db/shut', 'shut'),
        service('db/both', { clusterIP: 'None', selector: { tier: 't' }, ports: [{ port: 8080 }] }),
      ],
      spec: {
        lab: { faults: [{ kind: 'link-down', pod: 'db/cut' }] },
        sources: { a: inPod('a'), b: inPod('b') },
        paths: [
          blocked('a', ['tcp://both.db:8080', 'db/pod/cut:8080']),
          allowed('b', 'db/pod/cut:8080'),
          blocked('b', 'tcp://both.db:8080', { blockedBy: 'firewall' }),
          blocked('b', 'db/pod/free:8080', { blockedBy: 'firewall' }),
        ],
      },
    })
    const unexplained = { status: 'inconclusive', cause: 'unexplained_block', seen: 'blocked' }
    expect(ran.of('a', 'tcp://both.db:8080')).toMatchObject(unexplained)
    expect(ran.of('a', 'db/pod/cut:8080')).toMatchObject(unexplained)
    expect(ran.of('b', 'db/pod/cut:8080')).toMatchObject({ status: 'fail', cause: 'enforcement' })
    expect(text(ran.of('b', 'db/pod/cut:8080'))).toMatch(/policies allow db\/cut \(.*\), yet packets do not pass/)
    expect(ran.of('b', 'tcp://both.db:8080')).toMatchObject({ status: 'pass' })
    expect(ran.of('b', 'db/pod/free:8080')).toMatchObject({ status: 'fail', cause: 'open' })
  })
})

describe('sources that stand for many', () => {
  it('are read when the run starts; a sample of alike pods says of how many, and none is inconclusive', async () => {
    const tier = (app: string) => ({ labels: { app, tier: 'w' } })
    const ran = await runInLab({
      objects: [
        ...['one', 'two'].map((name) => namespace(name, { team: 'x' })),
        ...[pod('one/p', tier('p')), pod('one/q', tier('p')), pod('two/r', tier('r'))],
        ...[pod('db/shut'), denyIngress('db/shut')],
      ],
      spec: {
        sources: {
          spaces: { namespaces: { matchLabels: { team: 'x' } } },
          pods: { pods: { matchLabels: { tier: 'w' }, sample: 1 } },
          nobody: { pods: { matchLabels: { tier: 'z' } } },
          nowhere: { namespace: 'three' },
        },
        paths: [
          blocked(['spaces', 'pods', 'nobody', 'nowhere'], 'db/pod/shut:8080'),
          blocked('pods', 'db/pod/shut:8081', { skip: 'not there yet' }),
        ],
      },
    })
    expect(
      ran.results.map(({ from, status, source, explanation }) => [from, status, source?.note, ...explanation]),
    ).toEqual([
      ['spaces[one]', 'pass', 'tested as a plain pod'],
      ['spaces[two]', 'pass', 'tested as a plain pod'],
      ['pods[one/p]', 'pass', 'sample of 2 of 3 pods'],
      ['pods[two/r]', 'pass', 'sample of 2 of 3 pods'],
      ['nobody', 'inconclusive', undefined, 'the source cannot be had: no pod matches its selector'],
      ['nowhere', 'inconclusive', undefined, 'the source cannot be had: there is no namespace three'],
      ['pods', 'skipped', undefined, 'not there yet'],
    ])
  })
})
