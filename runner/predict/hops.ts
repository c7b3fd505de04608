import { dnsEndpointsOf, isDnsStandIn, isNodeLocal } from '../../fabric/cluster-dns.ts'
import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { Query } from '../../policy/engine/query.ts'
import { type AddressDestination, familyOf, type Socket, socketText } from '../plan/planned-check.ts'
import type { TargetSpec } from '../scenario/model.ts'

/** One connection for the engine to evaluate: after address translation, to an endpoint's address and port. */
export interface Hop {
  /** `ns/pod (10.1.2.3:80)`. */
  readonly text: string
  readonly query: Omit<Query, 'from'>
  /** A DNS cache on the source's node. Plugins differ on whether egress policies govern traffic to it (docs/semantics.md#rule-50 and #rule-52). */
  readonly ownNode?: boolean
  /** A query to a DNS server, before the connection to a name. */
  readonly isQuery?: boolean
}

/**
 * The connections behind a destination, as policies see them. A virtual address is evaluated through its endpoints, which are destinations
 * themselves. A pod that is an endpoint of the Service reaches itself through the Service (docs/semantics.md#rule-54).
 */
export function hopsOf(destination: AddressDestination, { byService, world }: HopOptions): readonly Hop[] {
  if (destination.kind === 'virtual') return externalHops(destination, world)
  if (destination.kind === 'pod') {
    const { text, query } = hopTo(
      destination.socket,
      `${destination.pod.namespace}/${destination.pod.name} (${socketText(destination.socket)})`,
    )
    return [{ text, query: byService ? { ...query, via: { kind: 'service' } } : query }]
  }
  // A name has one prediction for all of its addresses.
  if (destination.kind === 'external' && destination.host !== undefined) return []
  if (destination.kind === 'external') {
    const hop = hopTo(destination.socket, socketText(destination.socket))
    return [isNodeLocal(destination.socket.address, world) ? { ...hop, ownNode: true } : hop]
  }
  const via = { kind: 'nodePort', node: destination.node.name, port: destination.socket.port } as const
  const isLocal = destination.entry?.service.externalTrafficPolicy === 'Local'
  return destination.endpoints.map((socket) => {
    const { text, query } = hopTo(socket, `${socketText(socket)} by node ${destination.node.name}`)
    return isLocal ? { text, query } : { text, query: { ...query, via } }
  })
}

export interface HopOptions {
  readonly world: World
  /** Whether the target is a Service's virtual address. */
  readonly byService: boolean
}

/**
 * Connections through an external address of a Service. The entry node is unknown: it is the endpoint's node or another one. A ClusterIP has none,
 * because its endpoints are evaluated.
 */
function externalHops(
  { service, socket: front, endpoints }: Extract<AddressDestination, { kind: 'virtual' }>,
  world: World,
): readonly Hop[] {
  if (!service.externalIPs.includes(front.address)) return []
  return endpoints.flatMap((socket) => {
    const text = `${socketText(socket)} by ${socketText(front)}`
    const { query } = hopTo(socket, text)
    if (service.externalTrafficPolicy === 'Local') return [{ text, query }]
    const home = world.pods.find(({ addresses }) => addresses.includes(socket.address))?.node
    const entries = [world.nodes.find(({ name }) => name === home), world.nodes.find(({ name }) => name !== home)]
    const ways = entries.flatMap((node) => (node === undefined ? [] : [node.name]))
    return ways.map((node) => {
      const via = { kind: 'nodePort', node, port: front.port, address: front.address } as const
      return { text, query: { ...query, via } }
    })
  })
}

/** Whether a target is a Service's virtual address. */
export function isByService(target: TargetSpec, namespace: string | undefined, world: World): boolean {
  if (!('host' in target)) return false
  const named = lookUpHost(target.host, namespace, world)
  return named.kind === 'service' && !named.service.headless
}

/** Connections to the cluster's DNS. Any of its pods may answer. */
export function dnsHops(world: World, families: readonly number[]): readonly Hop[] {
  return dnsEndpointsOf(world)
    .filter(({ protocol, ready, family }) => protocol === 'UDP' && ready && families.includes(family))
    .map(({ address, targetPort: port, protocol, pod }) => {
      const socket = { address, port, protocol, family: familyOf(address) }
      return { ...hopTo(socket, `DNS ${dnsServerText(pod, world)}(${socketText(socket)}/UDP)`), isQuery: true }
    })
}

function dnsServerText(pod: Pod | undefined, world: World): string {
  if (pod === undefined) return ''
  return isDnsStandIn(pod, world) ? `assumed in ${pod.namespace} ` : `${pod.namespace}/${pod.name} `
}

function hopTo({ address, port, protocol, family }: Socket, text: string): Hop {
  return { text, query: { to: { kind: 'address', address }, port, protocol, family } }
}
