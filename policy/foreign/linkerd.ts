import type { LabelSelector } from '../types.ts'
import { type Fields, type ForeignHead, type Governed, ownNamespace } from './governed.ts'
import { listAt, objectAt } from './parts.ts'

/** Linkerd's proxies forward only TCP. Its policies decide at the destination, and never allow what a NetworkPolicy denies. */
function atDestination(object: ForeignHead): Governed {
  return { effect: 'deny', directions: ['ingress'], namespaces: ownNamespace(object), protocols: ['TCP'] }
}

/**
 * A Server (linkerd.io/2/reference/authorization-policy). It denies connections to its port of the selected pods unless its `accessPolicy`
 * or an authorization allows them.
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

/** Authorizations allow what a Server denies. The Server that they reference may be missing from the input. */
export function authorization(object: ForeignHead): Governed {
  return atDestination(object)
}

/**
 * An EgressNetwork denies, by its `trafficPolicy`, traffic from pods of its namespace to destinations outside the cluster. In Linkerd's own
 * namespace it applies to all namespaces.
 */
export function egressNetwork(object: ForeignHead): Governed | undefined {
  if (objectAt(object.value, 'spec')['trafficPolicy'] === 'Allow') return undefined
  const namespaces = object.namespace === 'linkerd-egress' ? 'all' : ownNamespace(object)
  return { effect: 'deny', directions: ['egress'], namespaces, protocols: ['TCP'], beyondPods: true }
}

/** Handles matchLabels only. A selector with expressions may select any pod. */
function selectorOf(selector: Fields): LabelSelector | undefined {
  const labels = Object.entries(objectAt(selector, 'matchLabels'))
  if (labels.length === 0 || listAt(selector, 'matchExpressions').length > 0) return undefined
  const isSound = labels.every(([, value]) => typeof value === 'string')
  return isSound ? { matchLabels: Object.fromEntries(labels) as Record<string, string> } : undefined
}
