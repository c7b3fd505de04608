import type { LabelSelector } from '../types.ts'
import { type Fields, type ForeignHead, type Governed, ownNamespace } from './governed.ts'
import { listAt, objectAt } from './parts.ts'

/** Linkerd's proxies pass on TCP alone; its policies decide at the destination, and allow nothing that a NetworkPolicy denies. */
function atDestination(object: ForeignHead): Governed {
  return { effect: 'deny', directions: ['ingress'], namespaces: ownNamespace(object), protocols: ['TCP'] }
}

/**
 * A Server (linkerd.io/2/reference/authorization-policy): connections to its port of the pods that it selects are denied, unless its
 * `accessPolicy` or an authorization allows them.
 */
export function server(object: ForeignHead): Governed | undefined {
  const spec = objectAt(object.value, 'spec')
  const { accessPolicy, port } = spec
  if (accessPolicy === 'all-unauthenticated' || accessPolicy === 'audit') return undefined
  const pods = selectorOf(objectAt(spec, 'podSelector'))
  return {
    ...atDestination(object),
    ...(typeof port === 'number' ? { ports: [port] } : {}),
    ...(pods === undefined ? {} : { pods }),
  }
}

/** Authorizations allow what a Server denies: the Server that they name may be missing in the input. */
export function authorization(object: ForeignHead): Governed {
  return atDestination(object)
}

/** An EgressNetwork denies, by its `trafficPolicy`, what pods of its namespace send out of the cluster; one of Linkerd's own namespace is for all. */
export function egressNetwork(object: ForeignHead): Governed | undefined {
  if (objectAt(object.value, 'spec')['trafficPolicy'] === 'Allow') return undefined
  const namespaces = object.namespace === 'linkerd-egress' ? 'all' : ownNamespace(object)
  return { effect: 'deny', directions: ['egress'], namespaces, protocols: ['TCP'], beyondPods: true }
}

/** Labels alone; a selector with expressions may select any pod. */
function selectorOf(selector: Fields): LabelSelector | undefined {
  const labels = Object.entries(objectAt(selector, 'matchLabels'))
  if (labels.length === 0 || listAt(selector, 'matchExpressions').length > 0) return undefined
  const isSound = labels.every(([, value]) => typeof value === 'string')
  return isSound ? { matchLabels: Object.fromEntries(labels) as Record<string, string> } : undefined
}
