import type { Pod, World } from '../../fabric/world.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import { destinationsOf } from './destinations-of-target.ts'
import { nameServers } from './dns.ts'
import { type AddressDestination, destinationKey, type Socket, socketKey } from './planned-check.ts'
import type { ResolvedPath } from './stage.ts'

/** What is known before any source is up, so that controls need not wait for one: nodes of the targets, and sockets that will be dialled. */
export interface ControlTargets {
  readonly nodes: readonly string[]
  readonly sockets: readonly Socket[]
}

/** Everything that the paths of a stage may lead to, of whatever family. */
export function controlTargetsOf(resolvedPaths: readonly ResolvedPath[], world: World): ControlTargets {
  const destinations = new Map<string, AddressDestination>()
  const seen = new Set<string>()
  for (const { path, sources, skip } of resolvedPaths) {
    if (skip !== undefined) continue
    for (const namespace of new Set(sources.map((source) => source.namespace))) {
      const key = JSON.stringify([path.target, namespace ?? null, path.expect.kind === 'blocked'])
      if (seen.has(key)) continue
      seen.add(key)
      for (const destination of destinationsFrom(path, namespace, world))
        destinations.set(destinationKey(destination), destination)
    }
  }
  return controlTargetsAt([...destinations.values()], world)
}

/** The same of aims that are known already. */
export function controlTargetsAt(destinations: readonly AddressDestination[], world: World): ControlTargets {
  const sockets = new Map(destinations.flatMap(socketsOf).map((socket) => [socketKey(socket), socket]))
  const homes = podByAddress(world)
  const nodes = destinations.flatMap((destination) =>
    destination.kind === 'node' ? [destination.node.name] : socketsOf(destination).flatMap(nodeOf),
  )
  return { nodes: [...new Set(nodes)].toSorted(), sockets: [...sockets.values()] }

  function nodeOf({ address }: Socket): string[] {
    const home = homes.get(address)
    return home === undefined ? [] : [home.node]
  }
}

/** The pod that has each address; pods on the host's network share the node's and come last. */
export function podByAddress(world: World): ReadonlyMap<string, Pod> {
  const ordered = world.pods.toSorted((a, b) => Number(b.hostNetwork) - Number(a.hostNetwork))
  return new Map(ordered.flatMap((pod) => pod.addresses.map((address) => [address, pod] as const)))
}

function destinationsFrom({ target, expect }: ScenarioPath, namespace: string | undefined, world: World) {
  if (target.kind !== 'dns') return destinationsOf(target, { world, namespace }).destinations
  return expect.kind === 'blocked' ? nameServers(target.server, world) : []
}

/** What of an aim answers for itself: a virtual address is its endpoints. */
function socketsOf(destination: AddressDestination): readonly Socket[] {
  return destination.kind === 'pod' || destination.kind === 'external' ? [destination.socket] : destination.endpoints
}
