import { describe, expect, it } from 'vitest'
import { endpointsOf } from '../../../fabric/endpoints.ts'
import { compile } from '../../../policy/engine/compile.ts'
import { deployment, service as serviceObject, worldOf } from '../../fabric/manifests/build.ts'
import { namespace, netpol, pod, town, verdict, verdicts } from './town.ts'

const toA = { podSelector: { matchLabels: { pod: 'a' } } }
const egress = (...rules: unknown[]) => netpol('x/out', { ...toA, policyTypes: ['Egress'], egress: rules })
const service = { via: { kind: 'service' } } as const

describe('connections', () => {
  it('rule 48: replies are not asked about: only the direction of the first packet counts', () => {
    const world = town([netpol('y/p', { podSelector: {}, policyTypes: ['Egress'] })])
    expect(verdict('x/a > y/a', world)).toBe('allow')
  })
  it('rule 49: connections older than a change of policy are not predicted', () => {
    expect(verdict('x/b > x/a', town([netpol('x/p', toA)]), { established: true })).toBe('undefined by 49')
  })
})

describe('nodes and the host network', () => {
  const onHost = pod('x/c', { hostNetwork: true, node: 'n1', addresses: ['172.18.0.3'] })
  const pods = [pod('x/a'), pod('x/b', { node: 'n1' }), onHost]
  it('rule 50: no policy selects a pod on the host’s network, which depends on the plugin where one would', () => {
    const world = town([netpol('x/p', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })], { pods })
    expect(verdict('8.8.8.8 > x/c', world)).toBe('allow (50)')
    expect(verdict('x/c > 8.8.8.8', world)).toBe('allow (50)')
    expect(verdict('8.8.8.8 > x/c', world, { portable: true })).toBe('undefined by 50')
    expect(verdict('8.8.8.8 > x/c', town([], { pods }))).toBe('allow')
  })
  it('rule 50: it matches no selector, but an ipBlock of its node', () => {
    const admit = (peer: unknown) => town([netpol('x/p', { ...toA, ingress: [{ from: [peer] }] })], { pods })
    expect(verdict('x/c > x/a', admit({ podSelector: {} }))).toBe('deny (50)')
    expect(verdict('x/c > x/a', admit({ podSelector: { matchLabels: { pod: 'b' } } }))).toBe('deny')
    expect(verdict('x/c > x/a', admit({ ipBlock: { cidr: '172.18.0.3/32' } }))).toBe('allow')
  })
  it('rule 51: the pod’s own node may always enter, other nodes only by address', () => {
    const world = town([netpol('x/p', { podSelector: {} })], { pods })
    const asked = ['node:n0 > x/a', 'node:n1 > x/a', '172.18.0.2 > x/a', 'x/c > x/b', 'node:n0 > x/b']
    expect(Object.values(verdicts(asked, world))).toEqual(['allow', 'deny', 'allow', 'allow', 'deny'])
    const admits = town([netpol('x/p', { ...toA, ingress: [{ from: [{ ipBlock: { cidr: '172.18.0.3/32' } }] }] })], {
      pods,
    })
    expect(verdict('node:n1 > x/a', admits)).toBe('allow')
  })
  it('rule 52: a pod to its own node is undefined where its egress policy would deny it', () => {
    const world = town([egress()])
    expect(verdicts(['x/a > node:n0', 'x/a > node:n1', 'x/b > node:n1'], world)).toEqual({
      ...{ 'x/a > node:n0': 'undefined by 52', 'x/a > node:n1': 'deny', 'x/b > node:n1': 'allow' },
    })
    expect(verdict('x/a > node:n0', town([egress({})]))).toBe('allow')
  })
  it('rule 53: a pod reaches itself, at its own address and at localhost', () => {
    const world = town([netpol('x/p', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })])
    const asked = ['x/a > x/a', 'x/a > 127.0.0.1', 'x/a > 10.244.0.10', '10.244.0.10 > x/a']
    expect(Object.values(verdicts(asked, world))).toEqual(['allow', 'allow', 'allow', 'allow'])
    const both = [pod('x/a', { addresses: ['10.244.0.10', 'fd00::10'] })]
    expect(verdict('x/a > [::1]', town([egress()], { pods: both }))).toBe('allow')
  })
})

describe('Services', () => {
  it('rule 54: a pod to itself through a Service is undefined once a policy selects it', () => {
    expect(verdict('x/a > x/a', town([netpol('x/p', { ...toA, ingress: [{}] })]), service)).toBe('undefined by 54')
    expect(verdict('x/b > x/b', town([netpol('x/p', toA)]), service)).toBe('allow')
    expect(verdict('x/b > x/a', town([netpol('x/p', toA)]), service)).toBe('deny')
  })
  it('rule 55: the endpoints behind one Service may differ', () => {
    const world = town([egress({ to: [{ podSelector: { matchLabels: { pod: 'b' } } }] })])
    expect(verdicts(['x/a > x/b', 'x/a > x/c'], world)).toEqual({ 'x/a > x/b': 'allow', 'x/a > x/c': 'deny' })
  })
  it('rule 56: policies see the endpoint’s port, and a virtual address is no destination', () => {
    const services = [{ namespace: 'y', name: 'web', clusterIPs: ['10.96.0.1'] }]
    const asked = (port: number) =>
      verdict('x/a > y/b:8080', town([egress({ ports: [{ port }] })], { services }), service)
    expect([asked(80), asked(8080)]).toEqual(['deny', 'allow'])
    expect(verdict('x/a > 10.96.0.1', town([], { services }))).toMatch(/^rule 56: 10.96.0.1 is Service y\/web/)
    const block = egress({ to: [{ ipBlock: { cidr: '10.96.0.0/16' } }] })
    expect(verdict('x/a > y/b', town([block], { services }), service)).toBe('deny')
  })
  it('rule 57: a pod that is not ready is judged like any other; a headless Service leads to the pod’s own port', () => {
    const manifests = serviceObject(
      's',
      '{ clusterIP: None, selector: { app: ui }, ports: [{ port: 80, targetPort: http }] }',
    )
    const { world } = worldOf(manifests + deployment('ui') + deployment('client'))
    const [endpoint] = endpointsOf(world.services.find(({ name }) => name === 's')!, world)
    const client = world.pods.find(({ name }) => name.startsWith('client'))!
    const only8080 = netpol('shop/p', {
      podSelector: { matchLabels: { app: 'ui' } },
      ingress: [{ ports: [{ port: 8080 }] }],
    })
    for (const ready of [true, false]) {
      const changed = { ...world, pods: world.pods.map((each) => ({ ...each, ready })), policies: [only8080] }
      const asked = [80, endpoint!.targetPort].map((port) =>
        verdict(`shop/${client.name} > ${endpoint!.address}:${port}`, changed),
      )
      expect(asked).toEqual(['deny', 'allow'])
    }
  })
  it('rule 58: DNS is a hop of its own: a rule for the target does not open it', () => {
    const dns = pod('y/b')
    const world = town([egress({ to: [{ namespaceSelector: {} }], ports: [{ port: 80 }] })], {
      pods: [pod('x/a'), dns, pod('z/c')],
    })
    expect(verdicts(['x/a > z/c:80', 'x/a > y/b:53/UDP', 'x/a > y/b:53/TCP'], world)).toEqual({
      ...{ 'x/a > z/c:80': 'allow', 'x/a > y/b:53/UDP': 'deny', 'x/a > y/b:53/TCP': 'deny' },
    })
  })
})

describe('the life of pods and policies', () => {
  it('rule 59: a pod without an address can neither send nor receive', () => {
    const world = town([], { pods: [pod('x/a'), pod('x/b', { addresses: [] })] })
    expect(verdict('x/a > x/b', world)).toMatch(/^rule 59: x\/b has no address yet/)
    expect(verdict('x/b > x/a', world)).toMatch(/^rule 59/)
  })
  it('rule 60: an ended pod is nobody, and its address belongs to whoever has it now', () => {
    const reused = pod('y/b', { addresses: ['10.244.0.11'] })
    const world = town([netpol('x/p', { podSelector: {} })], {
      pods: [pod('x/a'), reused, pod('x/b', { ended: true })],
    })
    expect(verdict('x/b > x/a', world)).toBe('rule 65: there is no pod x/b')
    expect(verdict('z/c > 10.244.0.11', { ...world, pods: [...world.pods, pod('z/c')] })).toBe('allow')
  })
  it('rule 61: a policy holds for all containers of a pod, whatever ports they declare', () => {
    const world = town([netpol('x/p', { ...toA, ingress: [{ ports: [{ port: 80 }] }] })], {
      pods: [pod('x/a', { ports: [] }), pod('y/b')],
    })
    expect(verdicts(['y/b > x/a:80', 'y/b > x/a:9090'], world)).toEqual({
      'y/b > x/a:80': 'allow',
      'y/b > x/a:9090': 'deny',
    })
  })
  it('rule 62: a prediction is of the objects as they are: the same world gives the same answer, a changed one its own', () => {
    const [before, after] = [town([]), town([netpol('x/p', toA)])]
    expect([verdict('y/b > x/a', before), verdict('y/b > x/a', after), verdict('y/b > x/a', before)]).toEqual([
      'allow',
      'deny',
      'allow',
    ])
  })
  it('rule 63: a prediction says what policies mean, enforced or not: a world without policies allows all', () => {
    expect(verdict('8.8.8.8 > x/a:22', town([]))).toBe('allow')
  })
  it('rule 64: every address of a pod is the pod', () => {
    const pods = [
      pod('x/a', { addresses: ['10.244.0.10', 'fd00::10'] }),
      pod('x/b', { addresses: ['10.244.0.11', 'fd00::11'] }),
    ]
    const world = town(
      [netpol('x/p', { ...toA, ingress: [{ from: [{ podSelector: { matchLabels: { pod: 'b' } } }] }] })],
      { pods },
    )
    const asked = ['10.244.0.11 > 10.244.0.10', '[fd00::11] > [fd00::10]', '[fd00::11] > x/a', '[fd00::99] > x/a']
    expect(Object.values(verdicts(asked, world))).toEqual(['allow', 'allow', 'allow', 'deny'])
  })
  it('rule 65: what does not exist is an error, not an allow', () => {
    expect(verdict('x/nope > x/a', town([]))).toMatch(/^rule 65: there is no pod x\/nope/)
    expect(verdict('node:n9 > x/a', town([]))).toMatch(/^rule 65: there is no node n9/)
    expect(verdict('x/a > not-an-address', town([]))).toBe('rule 65: "not-an-address" is no IP address')
  })
  it('rule 66: of two policies of one name the last one stands, and the problem is told', () => {
    const twins = [netpol('x/p', toA), netpol('x/p', { ...toA, ingress: [{}] })]
    expect(verdict('y/b > x/a', town(twins))).toBe('allow')
    expect(verdict('y/b > x/a', town(twins.toReversed()))).toBe('deny')
    expect(compile(town(twins)).problems).toMatchObject([
      { severity: 'error', message: expect.stringContaining('x/p') },
    ])
    expect(compile(town([netpol('y/p', toA), netpol('x/p', toA)], { namespaces: [namespace('x')] })).problems).toEqual(
      [],
    )
  })
})
