import { describe, expect, it } from 'vitest'
import { netpol, pod, prediction, town, verdict, verdicts } from './town.ts'

const toA = { podSelector: { matchLabels: { pod: 'a' } } }
const ports = (...items: unknown[]) => netpol('x/p', { ...toA, ingress: [{ ports: items }] })
const ask = (item: unknown, ...asked: string[]) =>
  Object.values(
    verdicts(
      asked.map((port) => `y/b > x/a:${port}`),
      town([ports(item)]),
    ),
  )

describe('ports', () => {
  it('rule 36: without a protocol TCP is meant', () => {
    expect(ask({ port: 53 }, '53/TCP', '53/UDP')).toEqual(['allow', 'deny'])
    const bare = { ...ports(), ingress: [{ peers: [], ports: [{ port: 53 }] }] }
    expect(Object.values(verdicts(['y/b > x/a:53/TCP', 'y/b > x/a:53/UDP'], town([bare])))).toEqual(['allow', 'deny'])
  })
  it('rule 37: without a port all of the protocol', () => {
    expect(ask({}, '1/TCP', '65535/TCP', '80/UDP')).toEqual(['allow', 'allow', 'deny'])
    expect(ask({ protocol: 'UDP' }, '80/UDP', '80/TCP')).toEqual(['allow', 'deny'])
  })
  it('rule 38: listing another protocol still isolates TCP', () => {
    expect(ask({ protocol: 'SCTP', port: 80 }, '80/SCTP', '80/TCP', '80/UDP')).toEqual(['allow', 'deny', 'deny'])
  })
  it('rule 39: the port is the destination’s in both directions', () => {
    const egress = netpol('x/p', { ...toA, policyTypes: ['Egress'], egress: [{ ports: [{ port: 8080 }] }] })
    expect(verdicts(['x/a > y/b:8080', 'x/a > y/b:80'], town([egress]))).toEqual({
      'x/a > y/b:8080': 'allow',
      'x/a > y/b:80': 'deny',
    })
  })
  it('rule 40: port to endPort inclusive; beyond the first port it depends on the plugin', () => {
    const range = { port: 80, endPort: 90 }
    expect(ask(range, '79', '80', '81', '90', '91')).toEqual(['deny', 'allow', 'allow (40)', 'allow (40)', 'deny'])
    expect(ask({ port: 80, endPort: 80 }, '80', '81')).toEqual(['allow', 'deny'])
    const profiled = (port: string, profile: object) => verdict(`y/b > x/a:${port}`, town([ports(range)]), profile)
    expect(profiled('85', { endPort: false })).toBe('deny (40)')
    expect(profiled('80', { endPort: false })).toBe('allow')
    expect(profiled('85', { portable: true })).toBe('undefined by 40')
  })
  it('rule 41: a named port is looked up on the destination pod, whatever the direction', () => {
    const web = (port: number) => ({ ports: [{ name: 'web', port, protocol: 'TCP' as const }] })
    const pods = [pod('x/a', web(8080)), pod('x/b', web(9090)), pod('y/c', web(7070))]
    const asked = ['y/c > x/a:8080', 'y/c > x/a:9090', 'y/c > x/b:9090', 'y/c > x/b:8080', 'y/c > x/a:7070']
    const ingress = netpol('x/p', { ingress: [{ ports: [{ port: 'web' }] }] })
    expect(Object.values(verdicts(asked, town([ingress], { pods })))).toEqual([
      'allow',
      'deny',
      'allow',
      'deny',
      'deny',
    ])
    const egress = netpol('y/p', { policyTypes: ['Egress'], egress: [{ ports: [{ port: 'web' }] }] })
    expect(Object.values(verdicts(asked, town([egress], { pods })))).toEqual(['allow', 'deny', 'allow', 'deny', 'deny'])
  })
  it('rule 42: a name that is not declared, or of another protocol, matches nothing', () => {
    expect(ask({ port: 'nope' }, '80', '53/UDP')).toEqual(['deny', 'deny'])
    expect(ask({ port: 'dns' }, '53/UDP', '53/TCP')).toEqual(['deny', 'deny'])
    expect(ask({ port: 'dns', protocol: 'UDP' }, '53/UDP', '53/TCP')).toEqual(['allow', 'deny'])
  })
  it('rule 43: a named port toward an ipBlock matches nothing, even where a pod has the address', () => {
    const egress = (ports: unknown) =>
      netpol('y/out', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '10.244.0.0/24' } }, { podSelector: {} }], ports }],
      })
    const world = town([egress([{ port: 'web' }])])
    expect(verdict('y/a > x/a', world)).toBe('deny')
    expect(verdict('y/a > y/b', world)).toBe('allow')
    expect(prediction('y/a > x/a', world).egress.nearestMiss?.failed.map(({ sentence }) => sentence)).toEqual([
      'admits a port by its name, which means nothing toward an ipBlock (docs/semantics.md#rule-43)',
    ])
    expect(verdict('y/a > x/a', town([egress([{ port: 'web' }, { port: 80 }])]))).toBe('allow (31)')
    const ingress = netpol('x/in', {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: '10.244.1.0/24' } }], ports: [{ port: 'web' }] }],
    })
    expect(verdict('y/a > x/a', town([ingress]))).toBe('allow (31)')
  })
  it('rule 43: a named port matches nothing outside the cluster or on a node', () => {
    const block = { ipBlock: { cidr: '0.0.0.0/0' } }
    const egress = netpol('x/p', {
      ...toA,
      policyTypes: ['Egress'],
      egress: [{ to: [block], ports: [{ port: 'web' }] }],
    })
    expect(verdicts(['x/a > 8.8.8.8', 'x/a > node:n1'], town([egress]))).toEqual({
      'x/a > 8.8.8.8': 'deny',
      'x/a > node:n1': 'deny',
    })
  })
  it('rule 44: one name on two ports admits both, and says that plugins differ', () => {
    const twice = [80, 81].map((port) => ({ name: 'web', port, protocol: 'TCP' as const }))
    const world = town([ports({ port: 'web' })], { pods: [pod('x/a', { ports: twice }), pod('y/b')] })
    expect(Object.values(verdicts(['y/b > x/a:80', 'y/b > x/a:81', 'y/b > x/a:82'], world))).toEqual([
      'allow (44)',
      'allow (44)',
      'deny',
    ])
    const same = [80, 80].map((port) => ({ name: 'web', port, protocol: 'TCP' as const }))
    expect(verdict('y/b > x/a:80', { ...world, pods: [pod('x/a', { ports: same }), pod('y/b')] })).toBe('allow')
  })
  it('rule 45: a named port of a sidecar counts, and says that plugins differ', () => {
    const sidecar = { name: 'metrics', port: 9100, protocol: 'TCP' as const, sidecar: true }
    const world = town([ports({ port: 'metrics' })], { pods: [pod('x/a', { ports: [sidecar] }), pod('y/b')] })
    expect(verdict('y/b > x/a:9100', world)).toBe('allow (45)')
    expect(verdict('y/b > x/a:9100', world, { portable: true })).toBe('undefined by 45')
  })
  it('rule 46: a numbered port need not be declared', () => {
    expect(ask({ port: 4711 }, '4711')).toEqual(['allow'])
  })
  it('rule 47: ping is never predicted', () => {
    expect(verdict('y/b > x/a/ICMP', town([ports({ port: 80 })]))).toBe('undefined by 47')
    expect(verdict('y/b > x/a/ICMP', town([]))).toBe('undefined by 47')
    expect(prediction('y/b > x/a/ICMP', town([ports({})])).ingress).toMatchObject({
      by: 'protocol',
      isolated: true,
      tiers: [],
    })
  })
})
