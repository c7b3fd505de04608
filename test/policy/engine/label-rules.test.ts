import { describe, expect, it } from 'vitest'
import { namespace, netpol, pod, prediction, town, verdict, verdicts } from './town.ts'

const toA = { podSelector: { matchLabels: { pod: 'a' } } }
const admits = (peer: unknown) => netpol('x/p', { ...toA, ingress: [{ from: [peer] }] })
const labelled = (labels: Record<string, string>) => [pod('x/a'), pod('x/b', { labels }), pod('y/a')]
const expression = (key: string, operator: string, values?: string[]) =>
  admits({ podSelector: { matchExpressions: [{ key, operator, ...(values && { values }) }] } })
const whether = (peer: Parameters<typeof expression>, labels: Record<string, string>) =>
  verdict('x/b > x/a', town([expression(...peer)], { pods: labelled(labels) }))

describe('label selectors', () => {
  it('rule 23: matchLabels and every expression must hold', () => {
    const peer = {
      podSelector: {
        matchLabels: { t: '1' },
        matchExpressions: [
          { key: 'u', operator: 'Exists' },
          { key: 'v', operator: 'In', values: ['2'] },
        ],
      },
    }
    const ask = (labels: Record<string, string>) =>
      verdict('x/b > x/a', town([admits(peer)], { pods: labelled(labels) }))
    expect(ask({ t: '1', u: '', v: '2' })).toBe('allow')
    const lacking: Record<string, string>[] = [
      { t: '1', u: '' },
      { t: '1', v: '2' },
      { u: '', v: '2' },
      { t: '2', u: '', v: '2' },
    ]
    for (const labels of lacking) expect(ask(labels)).toBe('deny')
  })
  it('rule 24: In wants a value of the list, Exists the key, DoesNotExist its absence', () => {
    expect(whether(['k', 'In', ['1', '2']], { k: '2' })).toBe('allow')
    expect(whether(['k', 'In', ['1', '2']], { k: '3' })).toBe('deny')
    expect(whether(['k', 'In', ['1', '2']], {})).toBe('deny')
    expect(whether(['k', 'Exists'], { k: '' })).toBe('allow')
    expect(whether(['k', 'Exists'], {})).toBe('deny')
    expect(whether(['k', 'DoesNotExist'], {})).toBe('allow')
    expect(whether(['k', 'DoesNotExist'], { k: '' })).toBe('deny')
  })
  it('rule 25: NotIn matches an absent key', () => {
    expect(whether(['env', 'NotIn', ['prod']], {})).toBe('allow')
    expect(whether(['env', 'NotIn', ['prod']], { env: 'dev' })).toBe('allow')
    expect(whether(['env', 'NotIn', ['prod']], { env: 'prod' })).toBe('deny')
  })
  it('rule 26: values are compared as strings and never coerced', () => {
    expect(whether(['k', 'In', ['true']], { k: '1' })).toBe('deny')
    expect(() => expression('k', 'In', [1 as unknown as string])).toThrow('expected a string')
  })
  const byTeam = admits({ namespaceSelector: { matchLabels: { team: 'web' } } })
  it('rule 27: a namespace of unknown labels is judged by its name, and the answer says that it depends on them', () => {
    const world = town([byTeam], { namespaces: [namespace('x'), namespace('y', {}, false)] })
    expect(verdict('y/b > x/a', world)).toBe('deny (27)')
    expect(verdict('y/b > x/a', world, { portable: true })).toBe('undefined by 27')
    expect(prediction('y/b > x/a', world).ingress.nearestMiss?.failed[0]?.sentence).toContain(
      'its labels were not given',
    )
    expect(verdict('x/b > x/a', world)).toBe('deny')
    const byAbsence = admits({ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] } })
    expect(verdict('y/b > x/a', { ...world, policies: [byAbsence] })).toBe('allow (27)')
  })
  it('rule 27: the name decides even where other labels are unknown', () => {
    const name = 'kubernetes.io/metadata.name'
    const world = (labels: unknown) =>
      town([admits({ namespaceSelector: { matchLabels: labels } })], {
        namespaces: [namespace('x')],
        pods: [pod('x/a'), pod('y/b')],
      })
    expect(verdict('y/b > x/a', world({ [name]: 'y' }))).toBe('allow')
    expect(verdict('y/b > x/a', world({ [name]: 'z' }))).toBe('deny')
    expect(verdict('y/b > x/a', world({ [name]: 'z', team: 'web' }))).toBe('deny')
    expect(verdict('y/b > x/a', world({ [name]: 'y', team: 'web' }))).toBe('deny (27)')
  })
  it('rule 28: every namespace is labelled with its name, whatever its manifest says', () => {
    const byName = admits({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'y' } } })
    const wrong = { 'kubernetes.io/metadata.name': 'z' }
    for (const labels of [{}, wrong]) {
      const world = town([byName], {
        namespaces: [namespace('x'), namespace('y', labels), namespace('z', { ...wrong })],
      })
      expect(verdicts(['y/b > x/a', 'z/b > x/a'], world)).toEqual({ 'y/b > x/a': 'allow', 'z/b > x/a': 'deny' })
    }
  })
  it('rule 29: a changed label changes the answer', () => {
    const relabelled = (labels: Record<string, string>) =>
      town([byTeam], { namespaces: [namespace('x'), namespace('y', labels)] })
    expect(verdict('y/b > x/a', relabelled({}))).toBe('deny')
    expect(verdict('y/b > x/a', relabelled({ team: 'web' }))).toBe('allow')
    expect(
      verdict('y/b > x/a', town([netpol('x/p', toA)], { pods: [pod('x/a', { labels: { pod: 'z' } }), pod('y/b')] })),
    ).toBe('allow')
  })
})

describe('ipBlock', () => {
  const block = (cidr: string, ...except: string[]) => ({ ipBlock: { cidr, except } })
  it('rule 30: except narrows its own peer alone', () => {
    const narrow = admits(block('10.9.0.0/16', '10.9.1.0/24'))
    expect(verdicts(['10.9.2.1 > x/a', '10.9.1.1 > x/a', '10.8.2.1 > x/a'], town([narrow]))).toEqual({
      ...{ '10.9.2.1 > x/a': 'allow', '10.9.1.1 > x/a': 'deny', '10.8.2.1 > x/a': 'deny' },
    })
    const other = netpol('x/q', { ...toA, ingress: [{ from: [block('10.9.1.1/32')] }] })
    expect(verdict('10.9.1.1 > x/a', town([narrow, other]))).toBe('allow')
  })
  it('rule 31: an ipBlock matches pods by default, and not where the profile says so', () => {
    const world = town([admits(block('10.244.0.0/16'))])
    expect(verdict('y/b > x/a', world)).toBe('allow (31)')
    expect(verdict('y/b > x/a', world, { ipBlockMatchesPods: false })).toBe('deny (31)')
    expect(verdict('y/b > x/a', world, { portable: true })).toBe('undefined by 31')
    expect(verdict('10.244.9.9 > x/a', world)).toBe('allow')
  })
  it('rule 31: what another rule admits does not depend on it', () => {
    const world = town([
      admits(block('10.244.0.0/16')),
      netpol('x/q', { ...toA, ingress: [{ from: [{ namespaceSelector: {} }] }] }),
    ])
    expect(verdict('y/b > x/a', world)).toBe('allow')
  })
  it('rule 32: an ipBlock beside a selector is refused', () => {
    expect(() => admits({ ...block('10.0.0.0/8'), podSelector: {} })).toThrow('may not specify both ipBlock')
  })
  it('rule 33: through a NodePort the source address is the client’s or a node’s: undefined where that decides', () => {
    const via = { kind: 'nodePort', node: 'n1', port: 30080 } as const
    expect(verdict('8.8.8.8 > x/a', town([netpol('x/p', toA)]), { via })).toBe('undefined by 33')
    expect(verdict('8.8.8.8 > x/a', town([netpol('x/p', { ...toA, ingress: [{}] })]), { via })).toBe('allow')
    expect(verdict('8.8.8.8 > x/b', town([netpol('x/p', toA)]), { via })).toBe('allow')
  })
  it('rule 33: of a node that is not the pod’s, an ipBlock for clients does not match the address', () => {
    const own = { kind: 'nodePort', node: 'n0', port: 30080 } as const
    const other = { kind: 'nodePort', node: 'n1', port: 30080 } as const
    const clients = town([netpol('x/p', { ...toA, ingress: [{ from: [block('8.8.8.0/24')] }] })])
    expect(verdict('8.8.8.8 > x/a', clients, { via: own })).toBe('allow')
    expect(verdict('8.8.8.8 > x/a', clients, { via: other })).toBe('undefined by 33')
    const both = town([netpol('x/p', { ...toA, ingress: [{ from: [block('8.8.8.0/24'), block('172.18.0.0/24')] }] })])
    expect(verdict('8.8.8.8 > x/a', both, { via: other })).toBe('allow')
  })
  it('rule 33: the policy of a pod that dials a NodePort sees the node or the endpoint', () => {
    const via = { kind: 'nodePort', node: 'n1', port: 30080 } as const
    const egress = (...to: unknown[]) => town([netpol('x/p', { ...toA, policyTypes: ['Egress'], egress: to })])
    expect(verdict('x/a > y/b', egress({ to: [{ namespaceSelector: {} }] }), { via })).toBe('undefined by 33')
    expect(verdict('x/a > y/b', egress({ to: [block('172.18.0.0/24')], ports: [{ port: 30080 }] }), { via })).toBe(
      'undefined by 33',
    )
    expect(verdict('x/a > y/b', egress({}), { via })).toBe('allow')
    expect(verdict('x/a > y/b', egress(), { via })).toBe('deny')
  })
  it('rule 34: 0.0.0.0/0 covers IPv4 alone', () => {
    const pods = [
      pod('x/a', { addresses: ['10.244.0.10', 'fd00::10'] }),
      pod('x/b', { addresses: ['10.244.0.11', 'fd00::11'] }),
    ]
    const world = town([admits(block('0.0.0.0/0'))], { pods })
    expect(verdicts(['8.8.8.8 > x/a', '[2001:db8::1] > x/a'], world)).toEqual({
      '8.8.8.8 > x/a': 'allow',
      '[2001:db8::1] > x/a': 'deny',
    })
    expect(verdict('[2001:db8::1] > x/a', town([admits(block('::/0'))], { pods }))).toBe('allow')
    expect(verdict('x/b > [fd00::10]', world)).toBe('deny')
    expect(verdict('x/b > x/a', world, { family: 6 })).toBe('deny')
    expect(verdict('x/b > x/a', world)).toBe('allow (31)')
  })
  it('rule 34: an end without an address of the family cannot be asked about', () => {
    expect(verdict('x/b > x/a', town([]), { family: 6 })).toBe('rule 34: x/b has no IPv6 address')
    expect(verdict('[2001:db8::1] > x/a', town([]))).toBe('rule 34: x/a has no IPv6 address')
  })
  it('rule 35: host bits are masked', () => {
    const world = town([admits(block('192.168.242.213/24'))])
    expect(verdicts(['192.168.242.1 > x/a', '192.168.243.1 > x/a'], world)).toEqual({
      '192.168.242.1 > x/a': 'allow',
      '192.168.243.1 > x/a': 'deny',
    })
  })
})
