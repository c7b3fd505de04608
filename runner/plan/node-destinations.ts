import { backendsOf, type Endpoint, endpointsOf } from '../../fabric/endpoints.ts'
import type { Node, Service, World } from '../../fabric/world.ts'
import { type AddressDestination, type Port, type Socket, socketAt } from './planned-check.ts'
import { noEndpoints, type TargetDestinations } from './unresolved-target.ts'

/** This port on every node, or on one. Nodes without a backend for it are skipped, unless no node has one. */
export function nodePortDestinations(name: string | undefined, port: Port, world: World): TargetDestinations {
  const nodes = world.nodes.filter((node) => name === undefined || node.name === name)
  const all = nodes.flatMap((node) => node.addresses.flatMap((address) => nodeDestinations(node, address, port, world)))
  if (all.length === 0)
    return { destinations: [], unresolvedTarget: { cause: 'target_gone', sentence: `no node ${name ?? ''}` } }
  const leading = all.filter((destination) => destination.kind !== 'node' || destination.endpoints.length > 0)
  if (leading.length > 0) return { destinations: leading }
  const service = world.services.find((each) => nodePortOf(each, port) !== undefined)
  if (service !== undefined) {
    const own = { protocol: port.protocol, port: nodePortOf(service, port)?.port ?? port.port }
    return { destinations: all, unresolvedTarget: noEndpoints(service, backendsOf(service, world), own) }
  }
  return {
    destinations: all,
    unresolvedTarget: { cause: 'no_such_port', sentence: `no Service has the NodePort ${port.port}` },
  }
}

/** A node address leads to the NodePort Services on it, else to pods on the host's network. */
export function nodeDestinations(node: Node, address: string, asked: Port, world: World): AddressDestination[] {
  const own = socketAt(address, asked)
  for (const service of world.services) {
    if (!service.ipFamilies.includes(own.family)) continue
    const match = nodePortOf(service, asked) ?? externalPortOf(service, address, asked)
    if (match === undefined) continue
    const endpoints = endpointsOf(service, world).filter(
      (each) => each.port === match.port && each.protocol === asked.protocol,
    )
    const ofFamily = endpoints.filter(({ family }) => family === own.family)
    const near = ofFamily.filter((each) => each.node === node.name).map(socketOf)
    return [{ kind: 'node', node, socket: own, endpoints: ofFamily.map(socketOf), entry: { service, near } }]
  }
  const host = world.pods.find(
    (pod) => pod.hostNetwork && pod.node === node.name && pod.ports.some((each) => each.port === asked.port),
  )
  if (host !== undefined) return [{ kind: 'pod', pod: host, socket: own, ready: host.ready }]
  return [{ kind: 'node', node, socket: own, endpoints: [] }]
}

/** The same for a client outside the cluster. With `externalTrafficPolicy: Local`, the Service routes it only to endpoints on the entry node. */
export function fromOutside({ destinations, unresolvedTarget }: TargetDestinations): TargetDestinations {
  const reached = destinations.map((destination) =>
    isLocal(destination) ? { ...destination, endpoints: destination.entry.near } : destination,
  )
  const leading = reached.filter((destination) => !isLocal(destination) || destination.endpoints.length > 0)
  const [dropping] = reached.filter(isLocal)
  if (unresolvedTarget !== undefined || dropping === undefined || leading.length > 0)
    return { destinations: leading, unresolvedTarget }
  const { namespace, name } = dropping.entry.service
  const sentence =
    `Service ${namespace}/${name} has externalTrafficPolicy: Local and no endpoint on node ${dropping.node.name}, ` +
    'which drops connections from outside the cluster'
  return { destinations: reached, unresolvedTarget: { cause: 'no_endpoints', sentence } }
}

type NodeDestination = Extract<AddressDestination, { kind: 'node' }>

function isLocal(
  destination: AddressDestination,
): destination is NodeDestination & Required<Pick<NodeDestination, 'entry'>> {
  return destination.kind === 'node' && destination.entry?.service.externalTrafficPolicy === 'Local'
}

function socketOf({ address, targetPort: port, protocol }: Endpoint): Socket {
  return socketAt(address, { port, protocol })
}

function nodePortOf(service: Service, { port, protocol }: Port) {
  return service.ports.find((each) => each.nodePort === port && each.protocol === protocol)
}

/** An external address of a Service may be a node's address. */
function externalPortOf(service: Service, address: string, { port, protocol }: Port) {
  if (!service.externalIPs.includes(address)) return undefined
  return service.ports.find((each) => each.port === port && each.protocol === protocol)
}
