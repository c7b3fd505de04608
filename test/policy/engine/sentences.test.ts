import { describe, expect, it } from 'vitest'
import type { ClusterPolicy } from '../../../policy/cluster-policy.ts'
import { sentencesOf } from '../../../policy/engine/sentences.ts'
import { netpol, pod, prediction, type ReachQuery, town } from './town.ts'

const toA = { podSelector: { matchLabels: { pod: 'a' } } }
const said = (question: string, policies: ReturnType<typeof netpol>[], change = {}, asked: ReachQuery = {}) =>
  sentencesOf(prediction(question, town(policies, change), asked))

describe('a prediction in words', () => {
  it('names of a denial the side that denies, who isolates, and the nearest miss', () => {
    const admits = netpol('x/p', { ...toA, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 81 }] }] })
    expect(said('x/b > x/a:80', [admits, netpol('x/q', toA)])).toEqual([
      'ingress of x/a is isolated by x/p, x/q, and no rule admits it',
      'nearest: x/p ingress[0]: admits port 81, asked 80',
    ])
  })
  it('names of an admission the rule on each side, or that nobody isolates', () => {
    const out = netpol('x/out', { podSelector: { matchLabels: { pod: 'b' } }, policyTypes: ['Egress'], egress: [{}] })
    expect(said('x/b > x/a', [out])).toEqual([
      'x/out egress[0] admits it (egress of x/b)',
      'no policy isolates x/a for ingress',
    ])
    expect(said('node:n0 > x/a', [netpol('x/q', toA)])).toEqual([
      'x/a: from its own node, which policies do not govern',
    ])
    expect(said('x/a > x/a', [netpol('x/q', toA)])).toEqual(['x/a reaches itself, which policies do not govern'])
  })
  it('says what makes it undefined, what it depends on, and what may override it', () => {
    const deny = netpol('x/p', { ...toA, policyTypes: ['Egress'] })
    expect(said('x/a > node:n0', [deny])[0]).toMatch(
      /^undefined: plugins differ .* own node \(docs\/semantics\.md#rule-52\)$/,
    )
    const block = netpol('x/p', { ...toA, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] })
    const notSimulated = [{ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', namespace: 'x', name: 'c' }]
    expect(said('x/b > x/a', [block], { notSimulated })).toEqual([
      'no policy isolates x/b for egress',
      'x/p ingress[0] admits it (ingress of x/a)',
      'depends on the network plugin: plugins differ in whether an ipBlock matches pods (docs/semantics.md#rule-31)',
      'CiliumNetworkPolicy x/c is not evaluated and may decide otherwise',
    ])
    expect(said('x/b > x/a/ICMP', [])).toEqual([
      'undefined: policies govern TCP, UDP and SCTP only (docs/semantics.md#rule-47)',
    ])
  })
  it('names the ClusterNetworkPolicy that denies', () => {
    const every = { namespaceSelector: {}, podSelector: {} }
    const policy: ClusterPolicy = {
      ...{ name: 'guard', tier: 'Admin', priority: 1, subject: every, egress: [] },
      ingress: [{ action: 'Deny', peers: [{ kind: 'pods', ...every }], ports: [] }],
    }
    expect(said('x/b > x/a', [], { clusterPolicies: [policy], pods: [pod('x/a'), pod('x/b')] })).toEqual([
      'ClusterNetworkPolicy guard ingress[0] denies it (ingress of x/a)',
    ])
  })
})
