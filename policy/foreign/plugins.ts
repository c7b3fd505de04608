import { isObject } from '../field.ts'
import type { Direction, LabelSelector } from '../types.ts'
import { bothDirections, type ForeignHead, type Governed, ownNamespace } from './governed.ts'
import { listAt, objectAt } from './parts.ts'

/** A policy of which no more is known than that it decides beside NetworkPolicies, in its own namespace, or in all where it has none. */
export function besideNetworkPolicies(object: ForeignHead): Governed {
  const namespaces = ownNamespace(object)
  return { effect: 'either', directions: bothDirections, namespaces, nodes: namespaces === 'all' }
}

/** The same of a cluster-scoped kind, whatever namespace was written there. */
export function overAllNamespaces(object: ForeignHead): Governed {
  return besideNetworkPolicies({ ...object, namespace: '' })
}

/**
 * A CiliumNetworkPolicy (docs.cilium.io/en/stable/security/policy): what it or a NetworkPolicy allows is allowed, and a direction that it has no
 * rules for is left as it is.
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

/** A selector of endpoints by labels of pods alone; Cilium writes `k8s:` before such keys, or nothing, and has labels of its own. */
function plainSelector(selector: unknown): LabelSelector | undefined {
  const labels = Object.entries(objectAt(selector, 'matchLabels'))
  const plain = labels.map(([key, value]) => [key.replace(/^k8s:/, ''), value] as const)
  const isPlain = plain.every(
    ([key, value]) => typeof value === 'string' && !key.includes(':') && !/^(io\.kubernetes\.pod|io\.cilium)/.test(key),
  )
  return plain.length > 0 && isPlain ? { matchLabels: Object.fromEntries(plain) as Record<string, string> } : undefined
}

/** A CiliumLocalRedirectPolicy sends what is meant for a Service of its namespace, or for an address outside, to a pod of the same node. */
export function localRedirect(object: ForeignHead): Governed {
  return { effect: 'either', directions: ['ingress'], namespaces: ownNamespace(object), nodes: true, outside: true }
}

/** A policy of Calico (docs.tigera.io/calico/latest/reference/resources/networkpolicy): its order decides whether it comes before NetworkPolicies. */
export function calicoPolicy(object: ForeignHead): Governed {
  return { ...besideNetworkPolicies(object), directions: typesOf(object) }
}

/** `types` as given; without it, by the rules that there are, and Ingress where there are none. */
function typesOf({ value }: ForeignHead): readonly Direction[] {
  if (value === undefined) return bothDirections
  const spec = objectAt(value, 'spec')
  const types = listAt(spec, 'types')
  const given = bothDirections.filter((direction) => types.some((type) => String(type).toLowerCase() === direction))
  if (given.length > 0) return given
  const ruled = bothDirections.filter((direction) => spec[direction] !== undefined)
  return ruled.length > 0 ? ruled : ['ingress']
}

/** A HostEndpoint of Calico stands for interfaces of a node: without a policy that allows, what goes to or from the node is denied. */
export function hostEndpoint(): Governed {
  return { effect: 'deny', directions: bothDirections, namespaces: [], nodes: true }
}

/** An AdminNetworkPolicy (network-policy-api.sigs.k8s.io): it decides before NetworkPolicies, in the directions that it has rules for. */
export function adminPolicy(object: ForeignHead): Governed {
  return { ...overAllNamespaces(object), directions: ruledBy(object) }
}

/** A BaselineAdminNetworkPolicy decides after NetworkPolicies: where one isolates a pod, it is not consulted. */
export function baselinePolicy(object: ForeignHead): Governed {
  return { ...adminPolicy(object), effect: 'deny unless isolated' }
}

function ruledBy({ value }: ForeignHead): readonly Direction[] {
  if (value === undefined) return bothDirections
  return bothDirections.filter((direction) => listAt(objectAt(value, 'spec'), direction).length > 0)
}

/**
 * An EgressFirewall of OVN-Kubernetes or EgressNetworkPolicy of OpenShift: it denies what pods of its namespace send out of the cluster, and NetworkPolicies
 * must allow it as well.
 */
export function egressFirewall(object: ForeignHead): Governed {
  return { effect: 'deny', directions: ['egress'], namespaces: ownNamespace(object), beyondPods: true }
}
