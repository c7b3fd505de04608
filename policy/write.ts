import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from './types.ts'

const types = { ingress: 'Ingress', egress: 'Egress' } as const

/** A policy as its manifest: what the API server would make of it again, with policyTypes said and empty lists left out. */
export function manifestOf(policy: NetworkPolicy): Record<string, unknown> {
  const { namespace, name } = policy
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name },
    spec: specOf(policy),
  }
}

/** `spec` of a policy; a direction without rules is left out, which means the same. */
export function specOf({ podSelector, policyTypes, ingress, egress }: NetworkPolicy): Record<string, unknown> {
  return {
    podSelector,
    policyTypes: policyTypes.map((type) => types[type]),
    ...(ingress.length === 0 ? {} : { ingress: ingress.map((rule) => ruleOf(rule, 'from')) }),
    ...(egress.length === 0 ? {} : { egress: egress.map((rule) => ruleOf(rule, 'to')) }),
  }
}

function ruleOf(
  { peers, ports }: PolicyRule,
  key: 'from' | 'to',
): Record<string, readonly (PolicyPeer | PolicyPort)[]> {
  return { ...(peers.length === 0 ? {} : { [key]: peers }), ...(ports.length === 0 ? {} : { ports }) }
}
