import type { World } from '../../fabric/world.ts'
import { readExternal } from '../externals.ts'
import type { LabSettings } from '../settings.ts'

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
  return [...externalsOf(settings), ...endpoints].filter(({ address }) => !inside.has(address))
}

/** Addresses of load balancers and external addresses of Services: nobody owns them, a node takes them in. */
export function leadingIn(world: World): readonly string[] {
  const owned = new Set([...world.pods, ...world.nodes].flatMap(({ addresses }) => addresses))
  return world.services.flatMap(({ externalIPs }) => externalIPs).filter((address) => !owned.has(address))
}

/** Ports of a stand-in that is given without one. */
const usual = [80, 443]

/** Names without an address get one of TEST-NET-2 (RFC 5737), by their order. */
function externalsOf(settings: LabSettings): readonly (StandIn & { readonly name: string | undefined })[] {
  const read = settings.externals.map((text) => readExternal(text)!)
  const names = [...new Set(read.flatMap(({ name, address }) => (address === undefined ? [name] : [])))]
  return read.map(({ name, address = `198.51.100.${String(names.indexOf(name) + 1)}`, port }) => ({
    name,
    address,
    ports: (port === undefined ? usual : [port]).flatMap((each) => [
      { port: each, protocol: 'TCP' as const },
      { port: each, protocol: 'UDP' as const },
    ]),
  }))
}

/** What the lab's DNS says of names beyond the cluster. */
export function externalNames(settings: LabSettings): ReadonlyMap<string, readonly string[]> {
  const named = externalsOf(settings).flatMap(({ name, address }) => (name === undefined ? [] : [{ name, address }]))
  const byName = Map.groupBy(named, ({ name }) => name)
  return new Map([...byName].map(([name, all]) => [name, [...new Set(all.map(({ address }) => address))]]))
}
