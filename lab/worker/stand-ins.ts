import type { World } from '../../fabric/world.ts'
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
  return [...settings.externals.map(readExternal), ...endpoints].filter(({ address }) => !inside.has(address))
}

/** Addresses of load balancers and external addresses of Services: nobody owns them, a node takes them in. */
export function leadingIn(world: World): readonly string[] {
  const owned = new Set([...world.pods, ...world.nodes].flatMap(({ addresses }) => addresses))
  return world.services.flatMap(({ externalIPs }) => externalIPs).filter((address) => !owned.has(address))
}

/** Ports of a stand-in that is named without one. */
const usual = [80, 443]

/** `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`; the settings' schema has seen that it is one of these. */
function readExternal(text: string): StandIn {
  const withPort = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+)):(?<port>\d+)$/.exec(text)?.groups
  const address = withPort?.six ?? withPort?.four ?? text
  const ports = withPort === undefined ? usual : [Number(withPort.port)]
  return {
    address,
    ports: ports.flatMap((port) => [
      { port, protocol: 'TCP' as const },
      { port, protocol: 'UDP' as const },
    ]),
  }
}
