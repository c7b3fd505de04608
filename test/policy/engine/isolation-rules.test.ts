import { describe, expect, it } from 'vitest'
import { netpol, town, verdict, verdicts } from './town.ts'

const toA = { podSelector: { matchLabels: { pod: 'a' } } }
const from = (...peers: unknown[]) => ({ ...toA, ingress: [{ from: peers }] })
const podB = { podSelector: { matchLabels: { pod: 'b' } } }
const inY = { namespaceSelector: { matchLabels: { ns: 'y' } } }

describe('selection and isolation', () => {
  it('rule 1: an empty podSelector selects every pod of the namespace and no other', () => {
    const world = town([netpol('x/p', { podSelector: {} })])
    expect(verdicts(['y/a > x/a', 'y/a > x/b', 'x/a > x/b', 'x/a > y/a', 'z/a > y/b'], world)).toEqual({
      ...{ 'y/a > x/a': 'deny', 'y/a > x/b': 'deny', 'x/a > x/b': 'deny', 'x/a > y/a': 'allow', 'z/a > y/b': 'allow' },
    })
  })
  it('rule 2: a policy selects only pods of its own namespace, which is default when none is given', () => {
    const world = town([netpol('x/p', toA), netpol('default/p', {})])
    expect(verdicts(['z/b > x/a', 'z/b > y/a'], world)).toEqual({ 'z/b > x/a': 'deny', 'z/b > y/a': 'allow' })
  })
  it('rule 3: isolation is per direction', () => {
    const world = town([netpol('x/p', { ...toA, policyTypes: ['Egress'] })])
    expect(verdicts(['y/a > x/a', 'x/a > y/a'], world)).toEqual({ 'y/a > x/a': 'allow', 'x/a > y/a': 'deny' })
  })
  it('rule 4: who is not isolated may do everything', () => {
    const world = town([netpol('x/p', toA)])
    expect(verdict('y/a > x/b:1/SCTP', world)).toBe('allow')
    expect(verdict('x/a > 8.8.8.8:53/UDP', world)).toBe('allow')
  })
  it('rule 5: both sides must allow', () => {
    const egress = netpol('x/out', { ...toA, policyTypes: ['Egress'], egress: [{ to: [{ ...inY, ...toA }] }] })
    const world = town([
      egress,
      netpol('y/in', { podSelector: podB.podSelector, ingress: [{ from: [{ namespaceSelector: {} }] }] }),
    ])
    expect(verdicts(['x/a > y/b', 'x/a > y/a', 'x/b > y/b'], world)).toEqual({
      ...{ 'x/a > y/b': 'deny', 'x/a > y/a': 'allow', 'x/b > y/b': 'allow' },
    })
  })
  it('rule 6: policies are a union of allows', () => {
    const [none, all] = [netpol('x/none', toA), netpol('x/all', { ...toA, ingress: [{}] })]
    for (const policies of [
      [none, all],
      [all, none],
    ])
      expect(verdict('y/b > x/a', town(policies))).toBe('allow')
  })
  it('rule 7: what is outside is never selected', () => {
    const world = town([netpol('x/p', { podSelector: {}, policyTypes: ['Egress'] })])
    expect(verdicts(['8.8.8.8 > x/a', 'x/a > 8.8.8.8'], world)).toEqual({
      '8.8.8.8 > x/a': 'allow',
      'x/a > 8.8.8.8': 'deny',
    })
  })
})

describe('policyTypes', () => {
  it('rule 8: without policyTypes, egress is isolated only where there are egress rules', () => {
    expect(verdict('x/a > y/a', town([netpol('x/p', { ...toA, egress: [] })]))).toBe('allow')
    expect(verdict('x/a > y/a', town([netpol('x/p', { ...toA, policyTypes: [], egress: [{ to: [podB] }] })]))).toBe(
      'deny',
    )
  })
  it('rule 9: a policy of egress rules alone also denies all ingress', () => {
    expect(verdict('y/a > x/a', town([netpol('x/p', { ...toA, egress: [{}] })]))).toBe('deny')
  })
  it('rule 10: rules of a direction that policyTypes leaves out do nothing', () => {
    const egressOnly = netpol('x/p', { ...toA, policyTypes: ['Egress'], ingress: [{ from: [podB] }], egress: [{}] })
    expect(verdict('y/a > x/a', town([egressOnly]))).toBe('allow')
    const ingressOnly = netpol('x/p', { ...toA, policyTypes: ['Ingress'], egress: [{}] })
    expect(verdict('x/a > y/a', town([ingressOnly, netpol('x/q', { ...toA, policyTypes: ['Egress'] })]))).toBe('deny')
  })
  it('rule 11: Egress without rules denies everything outward, DNS too', () => {
    const world = town([netpol('x/p', { ...toA, policyTypes: ['Egress'] })])
    expect(verdicts(['x/a > y/b:53/UDP', 'x/a > 8.8.8.8'], world)).toEqual({
      'x/a > y/b:53/UDP': 'deny',
      'x/a > 8.8.8.8': 'deny',
    })
  })
})

describe('rules and peers', () => {
  it('rule 12: ingress absent, null and [] are no admission', () => {
    for (const ingress of [undefined, null, []])
      expect(verdict('y/a > x/a', town([netpol('x/p', { ...toA, ingress })]))).toBe('deny')
  })
  it('rule 13: one empty rule admits all', () => {
    const world = town([netpol('x/p', { ...toA, ingress: [{}] })])
    expect(verdicts(['y/a > x/a:9/SCTP', '8.8.8.8 > x/a'], world)).toEqual({
      'y/a > x/a:9/SCTP': 'allow',
      '8.8.8.8 > x/a': 'allow',
    })
  })
  it('rule 14: absent peers mean anybody, nodes and the world outside included; absent ports mean any', () => {
    const world = town([netpol('x/p', { ...toA, ingress: [{ from: [], ports: [{ port: 80 }] }, { from: [podB] }] })])
    const asked = ['8.8.8.8 > x/a', 'node:n1 > x/a', 'y/c > x/a', '8.8.8.8 > x/a:81', 'x/b > x/a:81/UDP']
    expect(Object.values(verdicts(asked, world))).toEqual(['allow', 'allow', 'allow', 'deny', 'allow'])
  })
  it('rule 15: a peer and a port of one rule must match', () => {
    const ingress = [
      { from: [podB], ports: [{ port: 80 }] },
      { from: [inY], ports: [{ port: 81 }] },
    ]
    const asked = ['x/b > x/a:80', 'x/b > x/a:81', 'y/c > x/a:81', 'y/c > x/a:80']
    expect(Object.values(verdicts(asked, town([netpol('x/p', { ...toA, ingress })])))).toEqual([
      'allow',
      'deny',
      'allow',
      'deny',
    ])
  })
  it('rule 16: an empty peer is refused, not everybody', () => {
    expect(() => netpol('x/p', from({}))).toThrow('must specify a peer')
  })
  it('rule 17: a podSelector alone means pods of the policy’s namespace', () => {
    const world = town([netpol('x/p', from({ podSelector: {} }))])
    expect(Object.values(verdicts(['x/b > x/a', 'y/b > x/a', '8.8.8.8 > x/a'], world))).toEqual([
      'allow',
      'deny',
      'deny',
    ])
  })
  it('rule 18: an empty namespaceSelector means all pods, and nobody outside', () => {
    const world = town([netpol('x/p', from({ namespaceSelector: {} }))])
    const asked = ['x/b > x/a', 'y/b > x/a', '8.8.8.8 > x/a', 'node:n1 > x/a']
    expect(Object.values(verdicts(asked, world))).toEqual(['allow', 'allow', 'deny', 'deny'])
  })
  it('rule 19: both selectors of one peer must match', () => {
    const world = town([netpol('x/p', from({ ...inY, ...podB }))])
    const asked = ['y/b > x/a', 'y/a > x/a', 'x/b > x/a', 'z/b > x/a']
    expect(Object.values(verdicts(asked, world))).toEqual(['allow', 'deny', 'deny', 'deny'])
  })
  it('rule 20: two peers are alternatives, and the lone podSelector stays in the policy’s namespace', () => {
    const world = town([netpol('x/p', from(inY, podB))])
    const asked = ['y/a > x/a', 'y/b > x/a', 'x/b > x/a', 'z/b > x/a', 'x/c > x/a']
    expect(Object.values(verdicts(asked, world))).toEqual(['allow', 'allow', 'allow', 'deny', 'deny'])
  })
  it('rule 21: podSelector null or {} beside a namespaceSelector changes nothing', () => {
    for (const podSelector of [null, {}, undefined]) {
      const world = town([netpol('x/p', from({ ...inY, podSelector }))])
      expect(Object.values(verdicts(['y/c > x/a', 'z/c > x/a', 'x/c > x/a'], world))).toEqual(['allow', 'deny', 'deny'])
    }
  })
  it('rule 22: selectors match pods alone: no node, no address outside', () => {
    const world = town([netpol('x/p', from({ namespaceSelector: {}, podSelector: {} }))])
    expect(Object.values(verdicts(['node:n1 > x/a', '172.18.0.3 > x/a', '10.9.9.9 > x/a'], world))).toEqual([
      'deny',
      'deny',
      'deny',
    ])
  })
})
