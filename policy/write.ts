import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from './types.ts'

const types = { ingress: 'Ingress', egress: 'Egress' } as const

/** Returns a policy as a manifest that the API server parses to the same policy, with explicit policyTypes and without empty lists. */
export function manifestOf(policy: NetworkPolicy): Record<string, unknown> {
  const { namespace, name } = policy
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name },
    spec: specOf(policy),
  }
}

/** Returns the `spec` of a policy. A direction without rules is omitted, which has the same meaning. */
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
