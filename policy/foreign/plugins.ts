import { isObject } from '../field.ts'
import type { Direction, LabelSelector } from '../types.ts'
import { bothDirections, type ForeignHead, type Governed, ownNamespace } from './governed.ts'
import { listAt, objectAt } from './parts.ts'

/** A policy that decides in addition to NetworkPolicies in unknown ways, in its own namespace, or in all namespaces if it has none. */
export function besideNetworkPolicies(object: ForeignHead): Governed {
  const namespaces = ownNamespace(object)
  return { effect: 'either', directions: bothDirections, namespaces, nodes: namespaces === 'all' }
}

/** The same for a cluster-scoped kind. Ignores any namespace in the object. */
export function overAllNamespaces(object: ForeignHead): Governed {
  return besideNetworkPolicies({ ...object, namespace: '' })
}

/**
 * A CiliumNetworkPolicy (docs.cilium.io/en/stable/security/policy). A connection that it or a NetworkPolicy allows is allowed. A direction
 * without rules is unaffected.
 */
export function ciliumPolicy(object: ForeignHead): Governed {
  const { value } = object
  const specs = [value?.['spec'], ...listAt(value, 'specs')].filter(isObject)
  const has = (...keys: string[]) => specs.some((spec) => keys.some((key) => spec[key] !== undefined))
  const directions: Direction[] = [
    ...(has('ingress', 'ingressDeny') ? (['ingress'] as const) : []),
    ...(has('egress', 'egressDeny') ? (['egress'] as const) : []),
  ]
  const [only, ...more] = specs
  const pods = only !== undefined && more.length === 0 ? plainSelector(only['endpointSelector']) : undefined
  return {
    ...besideNetworkPolicies(object),
    ...(directions.length > 0 ? { directions } : {}),
    ...(pods === undefined ? {} : { pods }),
  }
}

/**
 * A selector of endpoints that uses only pod labels. Cilium writes these keys with the prefix `k8s:` or without one, and also has labels of
 * its own.
 */
function plainSelector(selector: unknown): LabelSelector | undefined {
  const labels = Object.entries(objectAt(selector, 'matchLabels'))
  const plain = labels.map(([key, value]) => [key.replace(/^k8s:/, ''), value] as const)
  const isPlain = plain.every(
    ([key, value]) => typeof value === 'string' && !key.includes(':') && !/^(io\.kubernetes\.pod|io\.cilium)/.test(key),
  )
  return plain.length > 0 && isPlain ? { matchLabels: Object.fromEntries(plain) as Record<string, string> } : undefined
}

/** A CiliumLocalRedirectPolicy redirects traffic for a Service of its namespace, or for an external address, to a pod on the same node. */
export function localRedirect(object: ForeignHead): Governed {
  return { effect: 'either', directions: ['ingress'], namespaces: ownNamespace(object), nodes: true, outside: true }
}

/**
 * A Calico policy (docs.tigera.io/calico/latest/reference/resources/networkpolicy). Its order decides whether it is evaluated before
 * NetworkPolicies.
 */
export function calicoPolicy(object: ForeignHead): Governed {
  return { ...besideNetworkPolicies(object), directions: typesOf(object) }
}

/** `types` as given. Without it, the directions that have rules, or Ingress if there are none. */
function typesOf({ value }: ForeignHead): readonly Direction[] {
  if (value === undefined) return bothDirections
  const spec = objectAt(value, 'spec')
  const types = listAt(spec, 'types')
  const given = bothDirections.filter((direction) => types.some((type) => String(type).toLowerCase() === direction))
  if (given.length > 0) return given
  const ruled = bothDirections.filter((direction) => spec[direction] !== undefined)
  return ruled.length > 0 ? ruled : ['ingress']
}

/** A Calico HostEndpoint stands for interfaces of a node. Without an allow policy, traffic to and from the node is denied. */
export function hostEndpoint(): Governed {
  return { effect: 'deny', directions: bothDirections, namespaces: [], nodes: true }
}

/**
 * An AdminNetworkPolicy (network-policy-api.sigs.k8s.io). It is evaluated before NetworkPolicies, in the directions for which it has rules.
 */
export function adminPolicy(object: ForeignHead): Governed {
  return { ...overAllNamespaces(object), directions: ruledBy(object) }
}

/** A BaselineAdminNetworkPolicy is evaluated after NetworkPolicies. If one isolates a pod, the baseline is not consulted. */
export function baselinePolicy(object: ForeignHead): Governed {
  return { ...adminPolicy(object), effect: 'deny unless isolated' }
}

function ruledBy({ value }: ForeignHead): readonly Direction[] {
  if (value === undefined) return bothDirections
  return bothDirections.filter((direction) => listAt(objectAt(value, 'spec'), direction).length > 0)
}

/**
 * An EgressFirewall of OVN-Kubernetes or an EgressNetworkPolicy of OpenShift. It denies traffic from pods of its namespace to destinations
 * outside the cluster. NetworkPolicies must allow the traffic as well.
 */
export function egressFirewall(object: ForeignHead): Governed {
  return { effect: 'deny', directions: ['egress'], namespaces: ownNamespace(object), beyondPods: true }
}
