import { afterEach, describe, expect, it } from 'vitest'
import type { Fabric, Manifest } from '../../fabric/fabric.ts'
import type { LabSettingsInput } from '../../lab/settings.ts'
import { labOf } from './opening.ts'
import { addressesOf, as, connectSocket, ingressPolicy, pod, see, signal } from './small-world.ts'

let lab: Fabric
const open = async (objects: readonly Manifest[], settings: LabSettingsInput) => {
  lab = await labOf(objects, settings)
  return lab
}
afterEach(() => lab[Symbol.asyncDispose]())

const pair = [pod('a', { node: 'one' }), pod('b', { node: 'two' }), pod('c', { node: 'one' })]
const on = (name: string) => ({ pod: `default/${name}` })

describe('faults that the lab imitates', () => {
  it('a pod whose link is down reaches nobody and is reached by nobody, without an error', async () => {
    await open(pair, { faults: [{ kind: 'link-down', ...on('a') }] })
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connect_timeout')
    expect(await connectSocket(lab, as('b'), 'a')).toBe('connect_timeout')
    expect(await connectSocket(lab, as('b'), 'c')).toBe('connected')
  })

  it('a node whose overlay is cut keeps its pods together and apart from all others', async () => {
    await open(pair, { faults: [{ kind: 'overlay-cut', node: 'one' }] })
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connect_timeout')
    expect(await connectSocket(lab, as('b'), 'a')).toBe('connect_timeout')
    expect(await connectSocket(lab, as('a'), 'c')).toBe('connected')
  })

  it('an outbound proxy accepts a connection to a port on which nobody listens', async () => {
    await open(pair, { faults: [{ kind: 'proxy', ...on('a') }] })
    expect(await connectSocket(lab, as('a'), 'b', { port: 64_999 })).toBe('connected')
    expect(await connectSocket(lab, as('b'), 'a', { port: 64_999 })).toBe('connect_refused')
  })

  it('an inbound proxy accepts connections to every port of its pod', async () => {
    await open(pair, { faults: [{ kind: 'proxy', side: 'inbound', ...on('a') }] })
    expect(await connectSocket(lab, as('b'), 'a', { port: 64_999 })).toBe('connected')
    expect(await connectSocket(lab, as('a'), 'b', { port: 64_999 })).toBe('connect_refused')
  })

  it('a server bound to localhost refuses everybody who dials the address of its pod, the pod itself too', async () => {
    await open(pair, { faults: [{ kind: 'bind-localhost', ...on('b') }] })
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connect_refused')
    expect(await connectSocket(lab, as('b'), 'b')).toBe('connect_refused')
    expect((await see(lab, as('b'), { kind: 'tcp', host: '127.0.0.1', port: 8080 })).reason).toBe('connected')
  })

  it('a server on IPv4 only refuses IPv6', async () => {
    await open(pair, { faults: [{ kind: 'ipv4-only', ...on('b') }] })
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connected')
    expect(await connectSocket(lab, as('a'), 'b', { family: 6 })).toBe('connect_refused')
    expect(await connectSocket(lab, as('b'), 'a', { family: 6 })).toBe('connected')
  })

  it('a pod without a listener refuses', async () => {
    await open(pair, { faults: [{ kind: 'no-listener', ...on('b') }] })
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connect_refused')
  })

  it('a pod that is gone is listed and silent', async () => {
    await open(pair, { faults: [{ kind: 'gone', ...on('b') }] })
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connect_timeout')
  })

  it('a crashed probe sees nothing, and says so for every check', async () => {
    await open(pair, { faults: [{ kind: 'crash', ...on('a') }] })
    const outcome = await see(lab, as('a'), { kind: 'tcp', host: (await addressesOf(lab, 'b'))[0]!, port: 8080 })
    expect(outcome).toMatchObject({ reason: 'not_run', detail: 'the probe in default/a has crashed' })
    expect(await connectSocket(lab, as('b'), 'a')).toBe('connected')
  })

  it('a leak lets exactly its share of connections through a policy that denies', async () => {
    await open([...pair, ingressPolicy('deny', 'b')], { faults: [{ kind: 'leak', every: 1, of: 3, ...on('b') }] })
    const reasons = await Promise.all(Array.from({ length: 9 }, () => connectSocket(lab, as('a'), 'b')))
    expect(reasons.filter((reason) => reason === 'connected').length).toBe(3)
  })

  it('a server answers HTTP with the status that was asked for', async () => {
    await open(pair, { faults: [{ kind: 'http-status', status: 403, ...on('b') }] })
    const [host] = await addressesOf(lab, 'b')
    expect(await see(lab, as('a'), { kind: 'http', url: `http://${host!}:8080/` })).toMatchObject({
      reason: 'http_status',
      http: { status: 403 },
    })
  })
})

describe('settings of the lab', () => {
  it.each([
    ['drop', 'connect_timeout'],
    ['reject', 'connect_rejected'],
    ['refuse', 'connect_refused'],
  ] as const)('a denied connection under deny: %s ends as %s', async (deny, reason) => {
    await open([...pair, ingressPolicy('deny', 'b')], { deny })
    expect(await connectSocket(lab, as('a'), 'b')).toBe(reason)
  })

  it('without enforcement policies have no effect', async () => {
    await open([...pair, ingressPolicy('deny', 'b')], { enforcement: 'none' })
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connected')
  })

  it('with a delay, policies do not know a fresh pod as a peer at first, and do then', async () => {
    const fromA = [{ podSelector: { matchLabels: { app: 'late' } } }]
    await open([...pair, ingressPolicy('allow', 'b', fromA)], { policyDelay: 1500 })
    expect(lab.timing.policies).toBe('eventually')
    await lab.apply({ kind: 'apply', objects: [pod('late')] }, signal)
    expect(await connectSocket(lab, as('late'), 'b')).toBe('connect_timeout')
    await expect.poll(() => connectSocket(lab, as('late'), 'b'), { timeout: 10_000 }).toBe('connected')
  })

  it('stand-ins beyond the cluster answer on their ports alone', async () => {
    await open(pair, { externals: ['93.184.216.34:443', '198.51.100.7'] })
    const reasons = await Promise.all(
      [
        { host: '93.184.216.34', port: 443 },
        { host: '93.184.216.34', port: 80 },
        { host: '198.51.100.7', port: 80 },
      ].map(async (target) => (await see(lab, as('a'), { kind: 'tcp', ...target })).reason),
    )
    expect(reasons).toEqual(['connected', 'connect_refused', 'connected'])
  })

  it('stand-ins with a name are known to the DNS of the cluster', async () => {
    await open(pair, { externals: ['api.example.com', 'db.example.com=198.51.100.77:5432'] })
    expect(await see(lab, as('a'), { kind: 'http', url: 'http://api.example.com/' })).toMatchObject({
      reason: 'answered',
    })
    const db = await see(lab, as('a'), { kind: 'tcp', host: 'db.example.com', port: 5432 })
    expect(db).toMatchObject({ reason: 'connected', address: '198.51.100.77' })
  })

  it('counts the rule that admitted packets', async () => {
    const fromA = [{ podSelector: { matchLabels: { app: 'a' } } }]
    await open([...pair, ingressPolicy('allow', 'b', fromA)], {})
    expect(await lab.admitted({ namespace: 'default', name: 'b' }, signal)).toEqual([])
    await connectSocket(lab, as('a'), 'b')
    expect(await lab.admitted({ namespace: 'default', name: 'b' }, signal)).toEqual([
      { rule: 'default/allow ingress[0]', direction: 'ingress', packets: 1 },
    ])
  })
})
