import { beforeAll, describe, expect, it } from 'vitest'
import { denyEgress, denyIngress, pod, policy, service } from './objects.ts'
import { type Ran, runInLab } from './run-in-lab.ts'

// The 18 traps of the verdicts' specification: each is a false pass in at least one well-known tool, or would be.

const inPod = (name: string) => ({ namespace: 'web', as: `pod/${name}` })
const blocked = (from: string | readonly string[], to: string | readonly string[]) => ({ from, to, expect: 'blocked' })
const text = (result: { readonly explanation: readonly string[] }) => result.explanation.join('\n')

describe('a path that must be blocked, in a cluster that enforces policies', () => {
  let ran: Ran

  beforeAll(async () => {
    const replicas = ['r-1', 'r-2', 'r-3']
    ran = await runInLab({
      objects: [
        ...['a', 'crashed', 'unplugged', 'no-dns'].map((name) => pod(`web/${name}`)),
        ...['free', 'shut', 'silent', 'gone', 'leak', 'localhost', 'four', 'forbidding', 'broken'].map((name) =>
          pod(`db/${name}`),
        ),
        ...replicas.map((name) => pod(`db/${name}`, { labels: { tier: 'replica' } })),
        ...['shut', 'leak', 'four', 'r-1', 'r-3'].map((name) => denyIngress(`db/${name}`, name)),
        policy('db/typo', { podSelector: { matchLabels: { app: 'fre' } }, policyTypes: ['Ingress'] }),
        denyEgress('web/no-dns', 'no-dns'),
        ...['shut', 'empty', 'free'].map((name) => service(`db/${name}`)),
        service('db/replicas', { selector: { tier: 'replica' } }),
      ],
      spec: {
        lab: {
          faults: [
            { kind: 'no-listener', pod: 'db/silent' },
            { kind: 'gone', pod: 'db/gone' },
            { kind: 'crash', pod: 'web/crashed' },
            { kind: 'leak', pod: 'db/leak', every: 2, of: 3 },
            { kind: 'http-status', pod: 'db/forbidding', status: 403 },
            { kind: 'http-status', pod: 'db/broken', status: 500 },
            { kind: 'link-down', pod: 'web/unplugged' },
            { kind: 'bind-localhost', pod: 'db/localhost' },
            { kind: 'ipv4-only', pod: 'db/four' },
          ],
        },
        sources: { a: inPod('a'), crashed: inPod('crashed'), unplugged: inPod('unplugged'), 'no-dns': inPod('no-dns') },
        targets: {
          forbidding: { workload: 'db/pod/forbidding', port: 8080, protocol: 'HTTP', path: '/' },
          broken: { workload: 'db/pod/broken', port: 8080, protocol: 'HTTP', path: '/' },
        },
        paths: [
          blocked('a', ['db/pod/silent:8080', 'db/pod/gone:8080', 'tcp://10.244.99.99:8080', 'tcp://empty.db:80']),
          blocked('a', ['tcp://shut.db:80', 'db/pod/leak:8080', 'tcp://free.db:80', 'db/pod/localhost:8080']),
          blocked('a', ['forbidding', 'broken', 'tcp://replicas.db:80']),
          blocked(['crashed', 'unplugged', 'no-dns'], 'tcp://shut.db:80'),
          { ...blocked('a', 'db/pod/shut:8080'), family: 6 },
          { ...blocked('a', 'db/pod/four:8080'), family: 'both' },
        ],
      },
    })
  })

  it('with nobody listening on the port and no policy is inconclusive: nobody listens', () => {
    const result = ran.of('a', 'db/pod/silent:8080')
    expect(result).toMatchObject({
      status: 'inconclusive',
      cause: 'not_listening',
      observed: { reason: 'connect_refused' },
    })
    expect(text(result)).toMatch(/nothing listens on .*:8080\/TCP: .* even from inside db\/silent/)
  })

  it('to a pod that is gone is inconclusive', () => {
    const result = ran.of('a', 'db/pod/gone:8080')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_control' })
    expect(text(result)).toContain('the pod db/gone is gone')
  })

  it('to a stale address that no pod has is inconclusive', () => {
    const result = ran.of('a', 'tcp://10.244.99.99:8080')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_control' })
    expect(text(result)).toContain('no pod has the address 10.244.99.99')
  })

  it('to a Service without endpoints is inconclusive: no ready endpoints', () => {
    const result = ran.of('a', 'tcp://empty.db:80')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_endpoints' })
    expect(text(result)).toContain('Service db/empty has no ready endpoints')
  })

  it('from a source whose DNS is blocked is judged by address, with the DNS result beside it', () => {
    const result = ran.of('no-dns', 'tcp://shut.db:80')
    expect(result).toMatchObject({ status: 'pass', seen: 'blocked', lookup: { reason: 'dns_timeout' } })
    expect(result.endpoints).toMatchObject([{ service: 'db/shut' }, { pod: 'db/shut', state: 'blocked' }])
  })

  it('from a probe that crashed is inconclusive: did not run', () => {
    const result = ran.of('crashed', 'tcp://shut.db:80')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'not_run' })
    expect(text(result)).toBe('did not run: the probe in web/crashed has crashed')
  })

  it('of which 2 of 3 connections get through fails: it leaks, 2 of 3, measured again alone', () => {
    const result = ran.of('a', 'db/pod/leak:8080')
    expect(result).toMatchObject({ status: 'fail', cause: 'leak', seen: 'partly' })
    expect(result.endpoints[0]).toMatchObject({ pod: 'db/leak', state: 'leak', open: 2, of: 3 })
    expect(result.explanation[0]).toMatch(/leaks: db\/leak \(.*\) was open in 2 of 3 attempts/)
    expect(text(result)).toMatch(/measured again alone, db\/leak \(.*\) was open in [67] of 10 attempts/)
  })

  it('to an IPv6 address passes on evidence of that family', () => {
    const result = ran.of('a', 'db/pod/shut:8080')
    expect(result).toMatchObject({ status: 'pass', family: 6, seen: 'blocked' })
    expect(result.endpoints).toMatchObject([{ family: 6, reason: 'connect_timeout', of: 3 }])
    expect(result.control.map(({ sentence }) => sentence)).toContain(
      'policies are enforced on node-1 over IPv6 (canary)',
    )
  })

  it.each([
    ['forbidding', 403],
    ['broken', 500],
  ])('to a server that is %s with HTTP %i fails: layer 4 is open', (target) => {
    expect(ran.of('a', target)).toMatchObject({
      status: 'fail',
      cause: 'policy',
      seen: 'open',
      observed: { reason: 'connected' },
    })
  })

  it('by a policy whose podSelector matches no pod fails: open, naming the policy that selects nothing', () => {
    const result = ran.of('a', 'tcp://free.db:80')
    expect(result).toMatchObject({ status: 'fail', cause: 'policy', seen: 'open' })
    expect(text(result)).toMatch(/policy db\/typo .*selects nothing: no pod there is among the pods labelled app=fre/)
  })

  it('from a source whose link is down is inconclusive: the source reached nothing', () => {
    const result = ran.of('unplugged', 'tcp://shut.db:80')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'source_dead' })
    expect(text(result)).toContain('the source reached nothing on node-1')
  })

  it('to a server bound to 127.0.0.1 is inconclusive: refused, and nothing listens on the address of the pod', () => {
    const result = ran.of('a', 'db/pod/localhost:8080')
    expect(result).toMatchObject({
      status: 'inconclusive',
      cause: 'not_listening',
      observed: { reason: 'connect_refused' },
    })
    expect(text(result)).toMatch(
      /nothing listens on 10\..*:8080\/TCP: connection refused .* even from inside db\/localhost/,
    )
  })

  it('to a server that listens on IPv4 only is inconclusive for IPv6, and passes for IPv4', () => {
    const both = ran.results.filter(({ to }) => to === 'db/pod/four:8080')
    expect(both).toMatchObject([
      { family: 4, status: 'pass', seen: 'blocked' },
      { family: 6, status: 'inconclusive', cause: 'not_listening' },
    ])
  })

  it('of which 1 of 3 endpoints behind a Service leaks fails, naming that one alone', () => {
    const result = ran.of('a', 'tcp://replicas.db:80')
    expect(result).toMatchObject({ status: 'fail', cause: 'policy', seen: 'partly' })
    expect(result.explanation[0]).toMatch(/open at .*db\/r-2 \(10\./)
    expect(text(result)).not.toMatch(/r-[13] \(/)
    expect(result.endpoints.filter(({ pod: name }) => name !== undefined)).toMatchObject([
      { pod: 'db/r-1', state: 'blocked' },
      { pod: 'db/r-2', state: 'open' },
      { pod: 'db/r-3', state: 'blocked' },
    ])
  })

  it('that is blocked passes with every control: target, source, enforcement', () => {
    const result = ran.of('a', 'tcp://shut.db:80')
    expect(result).toMatchObject({ status: 'pass', seen: 'blocked', predicted: { verdict: 'deny' }, explanation: [] })
    expect(new Set(result.control.map(({ kind, shown }) => `${kind} ${String(shown)}`))).toEqual(
      new Set(['inside true', 'canary-listener true', 'canary true']),
    )
  })
})

describe('a path that must be blocked', () => {
  it('in a cluster that enforces nothing is inconclusive, and the canary that failed is told once for all paths', async () => {
    const names = ['x', 'y', 'z']
    const ran = await runInLab({
      objects: [pod('web/a'), ...names.flatMap((name) => [pod(`db/${name}`), denyIngress(`db/${name}`, name)])],
      spec: {
        lab: { enforcement: 'none' },
        sources: { a: inPod('a') },
        paths: [
          blocked(
            'a',
            names.map((name) => `db/pod/${name}:8080`),
          ),
        ],
      },
    })
    expect(ran.results.map(({ status, cause }) => [status, cause])).toEqual(
      names.map(() => ['inconclusive', 'not_enforced']),
    )
    expect(ran.events.filter(({ kind }) => kind === 'canary').length).toBe(1)
    expect(ran.canaries.map(({ side, family, ok, steps }) => [side, family, ok, steps[1]?.saw])).toEqual([
      ['ingress', 4, false, 'connected'],
      ['ingress', 6, false, 'connected'],
      ['egress', 4, false, 'connected'],
      ['egress', 6, false, 'connected'],
    ])
  })

  it.each([
    ['reject', 'connect_rejected'],
    ['refuse', 'connect_refused'],
  ] as const)('where the CNI denies by %s is blocked, through the control', async (deny, reason) => {
    const ran = await runInLab({
      objects: [
        pod('web/a'),
        ...['shut', 'silent'].flatMap((name) => [pod(`db/${name}`), denyIngress(`db/${name}`, name)]),
      ],
      spec: {
        lab: { deny, faults: [{ kind: 'no-listener', pod: 'db/silent' }] },
        sources: { a: inPod('a') },
        paths: [blocked('a', ['db/pod/shut:8080', 'db/pod/silent:8080'])],
      },
    })
    expect(ran.of('a', 'db/pod/shut:8080')).toMatchObject({ status: 'pass', seen: 'blocked', observed: { reason } })
    expect(ran.of('a', 'db/pod/shut:8080').control).toMatchObject([{ kind: 'inside' }, {}, {}, {}, {}, {}])
    expect(ran.of('a', 'db/pod/silent:8080')).toMatchObject({ status: 'inconclusive', cause: 'not_listening' })
  })

  it('from a node whose overlay is cut is inconclusive: the source reached nothing there, and what is near still counts', async () => {
    const on = (nodeName: string) => ({ spec: { nodeName } })
    const ran = await runInLab({
      objects: [pod('web/a', on('one')), pod('db/near', on('one')), pod('db/far', on('two')), denyIngress('db/all')],
      spec: {
        lab: { faults: [{ kind: 'overlay-cut', node: 'one' }] },
        sources: { a: inPod('a') },
        paths: [blocked('a', ['db/pod/near:8080', 'db/pod/far:8080'])],
      },
    })
    expect(ran.of('a', 'db/pod/far:8080')).toMatchObject({ status: 'inconclusive', cause: 'source_dead' })
    expect(text(ran.of('a', 'db/pod/far:8080'))).toContain('the source reached nothing on two')
    expect(ran.of('a', 'db/pod/near:8080')).toMatchObject({ status: 'pass' })
  })

  it('to a Service with internalTrafficPolicy Local and no endpoint on the node is `service`, not a block', async () => {
    const on = (nodeName: string) => ({ spec: { nodeName } })
    const local = { internalTrafficPolicy: 'Local' }
    const ran = await runInLab({
      objects: [
        ...[pod('web/a', on('one')), pod('web/b', on('two')), pod('db/free', on('two')), pod('db/shut', on('two'))],
        ...[service('db/free', local), service('db/shut', local), denyIngress('db/shut', 'shut')],
      ],
      spec: {
        sources: { a: inPod('a'), b: inPod('b') },
        paths: [
          blocked('a', ['tcp://free.db:80', 'tcp://shut.db:80']),
          { from: 'b', to: 'tcp://free.db:80', expect: 'allowed' },
        ],
      },
    })
    const result = ran.of('a', 'tcp://free.db:80')
    expect(result).toMatchObject({ status: 'fail', cause: 'service', seen: 'partly' })
    expect(text(result)).toMatch(/the Service's own address does not answer, but its endpoints do: db\/free/)
    expect(result.endpoints).toMatchObject([
      { service: 'db/free', state: 'blocked' },
      { pod: 'db/free', state: 'open' },
    ])
    expect(ran.of('a', 'tcp://shut.db:80')).toMatchObject({ status: 'pass' })
    expect(ran.of('b', 'tcp://free.db:80')).toMatchObject({ status: 'pass' })
  })

  it('while a transparent proxy accepts every connection is inconclusive: intercepted, on both ends', async () => {
    const ran = await runInLab({
      objects: [pod('web/a'), pod('web/b'), pod('db/shut'), pod('db/proxied'), denyIngress('db/shut', 'shut')],
      spec: {
        lab: {
          faults: [
            { kind: 'proxy', pod: 'web/a' },
            { kind: 'proxy', pod: 'db/proxied', side: 'inbound' },
          ],
        },
        sources: { a: inPod('a'), b: inPod('b') },
        paths: [
          blocked('a', 'db/pod/shut:8080'),
          blocked('b', ['db/pod/shut:8080', 'db/pod/proxied:8080']),
          { from: 'a', to: 'web/pod/b:8080', expect: 'allowed' },
        ],
      },
    })
    const intercepted = { status: 'inconclusive', cause: 'intercepted', observed: { reason: 'connected' } }
    expect(ran.of('a', 'db/pod/shut:8080')).toMatchObject(intercepted)
    expect(ran.of('b', 'db/pod/proxied:8080')).toMatchObject(intercepted)
    expect(ran.of('a', 'web/pod/b:8080')).toMatchObject(intercepted)
    expect(ran.of('b', 'db/pod/shut:8080')).toMatchObject({ status: 'pass' })
  })

  it('where policies learn of fresh pods seconds late and wrongly admit the source fails: open', async () => {
    const fromWeb = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'web' } } }
    const ran = await runInLab({
      objects: [
        ...[pod('web/a'), pod('db/wrong'), pod('db/shut'), denyIngress('db/shut', 'shut')],
        policy('db/wrong', {
          podSelector: { matchLabels: { app: 'wrong' } },
          policyTypes: ['Ingress'],
          ingress: [{ from: [fromWeb] }],
        }),
      ],
      spec: {
        lab: { policyDelay: '3s' },
        sources: { plain: { namespace: 'web' } },
        paths: [blocked('plain', ['db/pod/wrong:8080', 'db/pod/shut:8080'])],
      },
    })
    expect(ran.of('plain', 'db/pod/wrong:8080')).toMatchObject({ status: 'fail', cause: 'policy', seen: 'open' })
    const shut = ran.of('plain', 'db/pod/shut:8080')
    expect(shut).toMatchObject({ status: 'pass', source: { note: 'tested as a plain pod' } })
    expect(shut.control.map(({ sentence }) => sentence).join('\n')).toMatch(
      /policies know the source \(canary, 3\.\d s after its address\)/,
    )
  })
})
