import { describe, expect, it } from 'vitest'
import type { ClusterPeer, ClusterPolicy, ClusterRule } from '../../../policy/cluster-policy.ts'
import { namespace, netpol, pod, prediction, town, verdict } from './town.ts'

const everyPod = { namespaceSelector: {}, podSelector: {} }
const anyPod: ClusterPeer = { kind: 'pods', ...everyPod }
const podB: ClusterPeer = { kind: 'pods', namespaceSelector: {}, podSelector: { matchLabels: { pod: 'b' } } }
const rule = (
  action: ClusterRule['action'],
  peers: ClusterPeer[] = [anyPod],
  ports: ClusterRule['ports'] = [],
): ClusterRule => ({ action, peers, ports })
const cluster = (name: string, change: Partial<ClusterPolicy>): ClusterPolicy => ({
  ...{ name, tier: 'Admin', priority: 10, subject: everyPod, ingress: [], egress: [] },
  ...change,
})
const denyAll = netpol('x/deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
const allowAll = netpol('x/allow', { podSelector: {}, ingress: [{}] })
const ask = (question: string, clusterPolicies: ClusterPolicy[], policies = [denyAll]) =>
  verdict(question, town(policies, { clusterPolicies }))

describe('the tiers', () => {
  it('let Admin override NetworkPolicies', () => {
    expect(ask('y/b > x/a', [cluster('a', { ingress: [rule('Accept', [podB])] })])).toBe('allow')
    expect(ask('y/c > x/a', [cluster('a', { ingress: [rule('Accept', [podB])] })])).toBe('deny')
    expect(ask('y/b > x/a', [cluster('a', { ingress: [rule('Deny', [podB])] })], [allowAll])).toBe('deny')
  })
  it('let Pass ask NetworkPolicies, and skip the rest of the tier', () => {
    const passing = cluster('a', { ingress: [rule('Pass', [podB]), rule('Deny')] })
    const later = cluster('b', { priority: 11, ingress: [rule('Deny')] })
    expect(ask('y/b > x/a', [passing, later], [allowAll])).toBe('allow')
    expect(ask('y/c > x/a', [passing, later], [allowAll])).toBe('deny')
    expect(ask('y/b > x/a', [passing, later])).toBe('deny')
  })
  it('ask Baseline only where no NetworkPolicy isolates', () => {
    const baseline = cluster('a', { tier: 'Baseline', ingress: [rule('Deny')] })
    expect(ask('y/b > x/a', [baseline], [allowAll])).toBe('allow')
    expect(ask('y/b > z/a', [baseline], [allowAll])).toBe('deny')
    expect(ask('8.8.8.8 > z/a', [baseline])).toBe('allow')
    const passes = cluster('a', { tier: 'Baseline', ingress: [rule('Pass'), rule('Deny')] })
    expect(ask('y/b > z/a', [passes])).toBe('allow')
  })
  it('ask the lower priority first, then rules as written', () => {
    const [accept, deny] = [{ ingress: [rule('Accept')] }, { ingress: [rule('Deny')] }]
    expect(ask('y/b > x/a', [cluster('b', { priority: 2, ...deny }), cluster('a', { priority: 1, ...accept })])).toBe(
      'allow',
    )
    expect(ask('y/b > x/a', [cluster('a', { priority: 2, ...accept }), cluster('b', { priority: 1, ...deny })])).toBe(
      'deny',
    )
    expect(ask('y/b > x/a', [cluster('a', { ingress: [rule('Accept'), rule('Deny')] })])).toBe('allow')
  })
  it('leave two policies of one priority that answer differently undefined', () => {
    const [accept, deny] = [cluster('a', { ingress: [rule('Accept')] }), cluster('b', { ingress: [rule('Deny')] })]
    expect(ask('y/b > x/a', [accept, deny])).toBe('undefined by samePriority')
    expect(ask('y/b > x/a', [accept, { ...accept, name: 'c' }])).toBe('allow')
    expect(
      ask('y/b > x/a', [
        accept,
        { ...deny, ingress: [rule('Deny', [podB], [{ kind: 'range', protocol: 'UDP', first: 1, last: 9 }])] },
      ]),
    ).toBe('allow')
  })
  it('judge both directions, each by the rules of its own', () => {
    const policy = cluster('a', { egress: [rule('Deny', [podB])] })
    expect(ask('x/a > y/b', [policy], [])).toBe('deny')
    expect(ask('y/b > x/a', [policy], [])).toBe('allow')
  })
  it('name in the evidence which tier answered and which was not asked', () => {
    const world = town([denyAll], { clusterPolicies: [cluster('a', { ingress: [rule('Accept', [podB])] })] })
    expect(prediction('y/b > x/a', world).ingress).toMatchObject({
      ...{ allowed: true, by: 'Admin' },
      tiers: [
        {
          tier: 'Admin',
          answer: 'accept',
          policies: [{ policy: { kind: 'ClusterNetworkPolicy', name: 'a', priority: 10 } }],
        },
        { tier: 'NetworkPolicy', answer: 'not asked' },
      ],
    })
    expect(prediction('y/c > x/a', world).ingress).toMatchObject({
      ...{ allowed: false, by: 'NetworkPolicy', nearestMiss: { path: 'ingress[0]', policy: { name: 'a' } } },
      tiers: [
        { tier: 'Admin', answer: 'next' },
        { tier: 'NetworkPolicy', answer: 'deny' },
      ],
    })
  })
})

describe('a ClusterNetworkPolicy', () => {
  it('means its subjects by namespace and by pod, never pods on the host’s network', () => {
    const subject = { namespaceSelector: { matchLabels: { ns: 'y' } }, podSelector: { matchLabels: { pod: 'a' } } }
    const policy = cluster('a', { subject, ingress: [rule('Deny')] })
    expect([ask('z/b > y/a', [policy]), ask('z/b > y/b', [policy]), ask('y/b > z/a', [policy])]).toEqual([
      'deny',
      'allow',
      'allow',
    ])
    const pods = [pod('y/a', { hostNetwork: true, node: 'n1', addresses: ['172.18.0.3'] }), pod('z/a')]
    expect(verdict('z/a > y/a', town([], { pods, clusterPolicies: [policy] }))).toBe('allow (50)')
  })
  it('depends on labels of its subject’s namespace that are not known', () => {
    const subject = { namespaceSelector: { matchLabels: { team: 'a' } }, podSelector: {} }
    const world = town([], {
      namespaces: [namespace('x'), namespace('y', {}, false)],
      clusterPolicies: [cluster('a', { subject, ingress: [rule('Deny')] })],
    })
    expect([verdict('x/b > y/a', world), verdict('y/b > x/a', world)]).toEqual(['allow (27)', 'allow'])
  })
  it('means networks wherever they are, pods included, on which plugins agree', () => {
    const policy = cluster('a', {
      egress: [rule('Deny', [{ kind: 'networks', cidrs: ['10.244.0.0/16', '8.8.8.8/32'] }])],
    })
    expect([ask('y/a > z/b', [policy]), ask('y/a > 8.8.8.8', [policy]), ask('y/a > 8.8.4.4', [policy])]).toEqual([
      'deny',
      'deny',
      'allow',
    ])
  })
  it('means nodes by their labels', () => {
    const policy = cluster('a', {
      egress: [rule('Deny', [{ kind: 'nodes', selector: { matchLabels: { node: 'n1' } } }])],
    })
    expect([ask('y/a > node:n1', [policy]), ask('y/b > node:n0', [policy]), ask('y/a > z/b', [policy])]).toEqual([
      'deny',
      'allow',
      'allow',
    ])
  })
  it('means domain names, which decide only where the address has a known name', () => {
    const accept = rule('Accept', [{ kind: 'domainNames', names: ['*.example.com', 'example.org'] }])
    const policy = cluster('a', { egress: [accept, rule('Deny', [{ kind: 'networks', cidrs: ['0.0.0.0/0'] }])] })
    expect(ask('y/a > 8.8.8.8', [policy])).toBe('undefined by domainNames')
    expect(ask('y/a > z/b', [policy])).toBe('deny')
    const named = (hostname: string) => {
      const world = town([], { clusterPolicies: [policy] })
      return verdict('y/a > 8.8.8.8', world, { hostname })
    }
    expect(['a.example.com', 'a.b.EXAMPLE.com.', 'example.com', 'example.org', 'a.example.org'].map(named)).toEqual([
      'allow',
      'allow',
      'deny',
      'allow',
      'deny',
    ])
  })
  it('means ports by protocol and range, and named ports of any protocol', () => {
    const range = cluster('a', {
      ingress: [rule('Deny', [anyPod], [{ kind: 'range', protocol: 'TCP', first: 80, last: 82 }])],
    })
    expect(['79', '80', '82', '83', '81/UDP'].map((port) => ask(`z/b > y/a:${port}`, [range]))).toEqual([
      'allow',
      'deny',
      'deny',
      'allow',
      'allow',
    ])
    const dns = cluster('a', { ingress: [rule('Deny', [anyPod], [{ kind: 'name', name: 'dns' }])] })
    expect(['53/UDP', '53/TCP'].map((port) => ask(`z/b > y/a:${port}`, [dns]))).toEqual(['deny', 'allow'])
  })
})
