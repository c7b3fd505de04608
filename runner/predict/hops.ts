import { dnsEndpointsOf, isDnsStandIn, isNodeLocal } from '../../fabric/cluster-dns.ts'
import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { Query } from '../../policy/engine/query.ts'
import { type AddressDestination, familyOf, type Socket, socketText } from '../plan/planned-check.ts'
import type { TargetSpec } from '../scenario/model.ts'

/** One connection that the engine can judge: after destination translation, to an endpoint's own address and port. */
export interface Hop {
  /** `ns/pod (10.1.2.3:80)`. */
  readonly text: string
  readonly query: Omit<Query, 'from'>
  /** A DNS cache on the node of the source: whether egress policies govern the way to it differs by plugin (docs/semantics.md, rules 50 and 52). */
  readonly ownNode?: boolean
  /** A query to a DNS server, which comes before the connection to a name. */
  readonly isQuery?: boolean
}

/**
 * What an address leads to as policies see it; a virtual address is judged by its endpoints, which are aims of their own, and which a pod
 * that is one of them reaches by way of the Service (docs/semantics.md, rule 54).
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
  // A name is predicted whatever its address is.
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
  /** Whether the target leads by a Service's own address. */
  readonly byService: boolean
}

/** By an external address of a Service: through a node that is not known, which is the endpoint's or another one. A ClusterIP is its endpoints. */
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

/** Whether a target leads by a Service's own address. */
export function isByService(target: TargetSpec, namespace: string | undefined, world: World): boolean {
  if (!('host' in target)) return false
  const named = lookUpHost(target.host, namespace, world)
  return named.kind === 'service' && !named.service.headless
}

/** The way to the cluster's DNS: any of its pods may answer. */
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
