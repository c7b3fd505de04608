import type { World } from '../../fabric/world.ts'
import { standInHosts } from '../externals.ts'
import { externalsOf, type LabSettings } from '../settings.ts'

/** An address beyond the cluster that the outside host answers for. */
export interface StandIn {
  readonly address: string
  readonly ports: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[]
}

/** Every address outside that the settings name, or that a Service without selector leads to. */
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

/** Addresses of load balancers and external addresses of Services: nobody owns them, a node takes them in. */
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

/** What the lab's DNS says of names beyond the cluster. */
export function externalNames(settings: LabSettings): ReadonlyMap<string, readonly string[]> {
  const named = declaredHosts(settings).flatMap(({ name, address }) => (name === undefined ? [] : [{ name, address }]))
  const byName = Map.groupBy(named, ({ name }) => name)
  return new Map([...byName].map(([name, all]) => [name, [...new Set(all.map(({ address }) => address))]]))
}
