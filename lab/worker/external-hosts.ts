import type { World } from '../../fabric/world.ts'
import { standInHosts } from '../externals.ts'
import { externalsOf, type LabSettings } from '../settings.ts'

/** An address outside the cluster that the outside host serves. */
export interface StandIn {
  readonly address: string
  readonly ports: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[]
}

/** Every outside address that the settings name, or that is an endpoint of a Service without selector. */
export function standIns(world: World, settings: LabSettings): readonly StandIn[] {
  const inside = new Set([...world.pods, ...world.nodes].flatMap(({ addresses }) => addresses))
  const endpoints = world.services
    .flatMap(({ manualEndpoints }) => manualEndpoints)
    .flatMap(({ addresses, ports }) =>
      addresses.map((address) => ({
        address,
        ports: ports.flatMap(({ port, protocol }) => (protocol === 'SCTP' ? [] : [{ port, protocol }])),
      })),
    )
  return [...declaredHosts(settings), ...endpoints].filter(({ address }) => !inside.has(address))
}

/** Load balancer and external addresses of Services. No host has them; packets to them enter through a node. */
export function leadingIn(world: World): readonly string[] {
  const owned = new Set([...world.pods, ...world.nodes].flatMap(({ addresses }) => addresses))
  return world.services.flatMap(({ externalIPs }) => externalIPs).filter((address) => !owned.has(address))
}

function declaredHosts(settings: LabSettings): readonly (StandIn & { readonly name: string | undefined })[] {
  return standInHosts(externalsOf(settings)).map(({ name, address, ports }) => ({
    name,
    address,
    ports: ports.flatMap((port) => [
      { port, protocol: 'TCP' as const },
      { port, protocol: 'UDP' as const },
    ]),
  }))
}

/** The lab's DNS records for names outside the cluster. */
export function externalNames(settings: LabSettings): ReadonlyMap<string, readonly string[]> {
  const named = declaredHosts(settings).flatMap(({ name, address }) => (name === undefined ? [] : [{ name, address }]))
  const byName = Map.groupBy(named, ({ name }) => name)
  return new Map([...byName].map(([name, all]) => [name, [...new Set(all.map(({ address }) => address))]]))
}
