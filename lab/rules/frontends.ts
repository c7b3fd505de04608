import { type Endpoint, endpointsOf } from '../../fabric/endpoints.ts'
import type { Service, ServicePort, World } from '../../fabric/world.ts'
import type { Family } from '../../policy/cidr.ts'
import type { Protocol } from '../../policy/types.ts'
import { canonical } from './address-range.ts'

/** An endpoint of a frontend, and whether it is on the node itself. */
export interface Target {
  readonly address: string
  readonly port: number
  readonly near: boolean
}

/** A virtual address and port that a node translates, with the ready endpoints of its family. */
export interface Frontend {
  readonly family: Family
  readonly address: string
  readonly protocol: Protocol
  readonly port: number
  /** `internal` is a ClusterIP. `external` is an external address, or a NodePort at one of the node's addresses. */
  readonly side: 'internal' | 'external'
  readonly traffic: 'Cluster' | 'Local'
  readonly targets: readonly Target[]
}

/** All frontends of a node. Headless Services and ExternalName have none; they exist only as names. */
export function frontendsOf(world: World, node: string): readonly Frontend[] {
  const own = world.nodes.find(({ name }) => name === node)?.addresses ?? []
  return world.services
    .filter(({ type, headless }) => type !== 'ExternalName' && !headless)
    .flatMap((service) => {
      const endpoints = endpointsOf(service, world).filter(({ ready }) => ready)
      return service.ports.flatMap((port) => {
        const ofPort = endpoints.filter((endpoint) => leadsTo(endpoint, port))
        const targets = Map.groupBy(ofPort, ({ family }) => family)
        const ofFamily = (family: Family) => (targets.get(family) ?? []).map((endpoint) => target(endpoint, node))
        const byFamily = { 4: ofFamily(4), 6: ofFamily(6) }
        return addressesOf(service, port, own).map((entry) => ({
          ...entry,
          protocol: port.protocol,
          targets: byFamily[entry.family],
        }))
      })
    })
}

function addressesOf(service: Service, { port, nodePort }: ServicePort, nodeAddresses: readonly string[]) {
  const entry = (address: string, at: number, side: Frontend['side']) => {
    const { family, text } = canonical(address)
    const traffic = side === 'internal' ? service.internalTrafficPolicy : service.externalTrafficPolicy
    return { family, address: text, port: at, side, traffic }
  }
  return [
    ...service.clusterIPs.map((address) => entry(address, port, 'internal')),
    ...service.externalIPs.map((address) => entry(address, port, 'external')),
    ...(nodePort === undefined ? [] : nodeAddresses.map((address) => entry(address, nodePort, 'external'))),
  ]
}

const leadsTo = (endpoint: Endpoint, port: ServicePort): boolean =>
  endpoint.port === port.port && endpoint.protocol === port.protocol && endpoint.portName === port.name

function target({ address, targetPort, node: at }: Endpoint, node: string): Target {
  return { address: canonical(address).text, port: targetPort, near: at === node }
}
