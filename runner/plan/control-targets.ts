import type { Pod, World } from '../../fabric/world.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import { destinationsOf } from './destinations-of-target.ts'
import { nameServers } from './dns.ts'
import { type AddressDestination, destinationKey, type Socket, socketKey } from './planned-check.ts'
import type { ResolvedPath } from './stage.ts'

/** Known before any source is ready, so that controls can start at once: nodes of the targets, and the sockets that checks will use. */
export interface ControlTargets {
  readonly nodes: readonly string[]
  readonly sockets: readonly Socket[]
}

/** All possible destinations of a stage's paths, in every family. */
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

/** The same for destinations that are known already. */
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

/** Maps each address to its pod. Pods on the host's network share the node's address and come last. */
export function podByAddress(world: World): ReadonlyMap<string, Pod> {
  const ordered = world.pods.toSorted((a, b) => Number(b.hostNetwork) - Number(a.hostNetwork))
  return new Map(ordered.flatMap((pod) => pod.addresses.map((address) => [address, pod] as const)))
}

function destinationsFrom({ target, expect }: ScenarioPath, namespace: string | undefined, world: World) {
  if (target.kind !== 'dns') return destinationsOf(target, { world, namespace }).destinations
  return expect.kind === 'blocked' ? nameServers(target.server, world) : []
}

/** The sockets that answer for a destination. Those of a virtual address are its endpoints. */
function socketsOf(destination: AddressDestination): readonly Socket[] {
  return destination.kind === 'pod' || destination.kind === 'external' ? [destination.socket] : destination.endpoints
}
