import { backendsOf, endpointsOf } from '../../fabric/endpoints.ts'
import type { Node, Service, World } from '../../fabric/world.ts'
import { type AddressAim, type Port, socketAt } from './dial.ts'
import { type Aims, noEndpoints } from './gap.ts'

/** This port of every node, or of one; nodes where it leads nowhere are left out as long as it leads somewhere on another. */
export function nodePortAims(name: string | undefined, port: Port, world: World): Aims {
  const nodes = world.nodes.filter((node) => name === undefined || node.name === name)
  const all = nodes.flatMap((node) => node.addresses.flatMap((address) => nodeAims(node, address, port, world)))
  if (all.length === 0) return { aims: [], gap: { cause: 'target_gone', sentence: `no node ${name ?? ''}` } }
  const leading = all.filter((aim) => aim.kind !== 'node' || aim.endpoints.length > 0)
  if (leading.length > 0) return { aims: leading }
  const service = world.services.find((each) => nodePortOf(each, port) !== undefined)
  if (service !== undefined) {
    const own = { protocol: port.protocol, port: nodePortOf(service, port)?.port ?? port.port }
    return { aims: all, gap: noEndpoints(service, backendsOf(service, world), own) }
  }
  return { aims: all, gap: { cause: 'no_such_port', sentence: `no Service has the NodePort ${port.port}` } }
}

/** A node's address stands for the NodePort Services on it, or else for pods on the host's network. */
export function nodeAims(node: Node, address: string, asked: Port, world: World): AddressAim[] {
  const own = socketAt(address, asked)
  for (const service of world.services) {
    if (!service.ipFamilies.includes(own.family)) continue
    const match = nodePortOf(service, asked) ?? externalPortOf(service, address, asked)
    if (match === undefined) continue
    const endpoints = endpointsOf(service, world).filter(
      (each) => each.port === match.port && each.protocol === asked.protocol,
    )
    const sockets = endpoints.map((each) => socketAt(each.address, { port: each.targetPort, protocol: each.protocol }))
    return [{ kind: 'node', node, socket: own, endpoints: sockets.filter(({ family }) => family === own.family) }]
  }
  const host = world.pods.find(
    (pod) => pod.hostNetwork && pod.node === node.name && pod.ports.some((each) => each.port === asked.port),
  )
  if (host !== undefined) return [{ kind: 'pod', pod: host, socket: own, ready: host.ready }]
  return [{ kind: 'node', node, socket: own, endpoints: [] }]
}

function nodePortOf(service: Service, { port, protocol }: Port) {
  return service.ports.find((each) => each.nodePort === port && each.protocol === protocol)
}

/** An external address of a Service may be a node's own. */
function externalPortOf(service: Service, address: string, { port, protocol }: Port) {
  if (!service.externalIPs.includes(address)) return undefined
  return service.ports.find((each) => each.port === port && each.protocol === protocol)
}
