import type { Pod, World } from '../../fabric/world.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import { type AddressAim, destinationKey, type Socket, socketKey } from './planned-check.ts'
import { aimsOf } from './destinations-of-target.ts'
import { nameServers } from './dns.ts'
import type { CastPath } from './stage.ts'

/** What is known before any source is up, so that controls need not wait for one: nodes of the targets, and sockets that will be dialled. */
export interface Ahead {
  readonly nodes: readonly string[]
  readonly sockets: readonly Socket[]
}

/** Everything that the paths of a stage may lead to, of whatever family. */
export function lookAhead(cast: readonly CastPath[], world: World): Ahead {
  const aims = new Map<string, AddressAim>()
  const seen = new Set<string>()
  for (const { path, sources, skip } of cast) {
    if (skip !== undefined) continue
    for (const namespace of new Set(sources.map((source) => source.namespace))) {
      const key = JSON.stringify([path.target, namespace ?? null, path.expect.kind === 'blocked'])
      if (seen.has(key)) continue
      seen.add(key)
      for (const aim of aimsFrom(path, namespace, world)) aims.set(destinationKey(aim), aim)
    }
  }
  return aheadOf([...aims.values()], world)
}

/** The same of aims that are known already. */
export function aheadOf(aims: readonly AddressAim[], world: World): Ahead {
  const sockets = new Map(aims.flatMap(socketsOf).map((socket) => [socketKey(socket), socket]))
  const homes = homesOf(world)
  const nodes = aims.flatMap((aim) => (aim.kind === 'node' ? [aim.node.name] : socketsOf(aim).flatMap(nodeOf)))
  return { nodes: [...new Set(nodes)].toSorted(), sockets: [...sockets.values()] }

  function nodeOf({ address }: Socket): string[] {
    const home = homes.get(address)
    return home === undefined ? [] : [home.node]
  }
}

/** The pod that has each address; pods on the host's network share the node's and come last. */
export function homesOf(world: World): ReadonlyMap<string, Pod> {
  const ordered = world.pods.toSorted((a, b) => Number(b.hostNetwork) - Number(a.hostNetwork))
  return new Map(ordered.flatMap((pod) => pod.addresses.map((address) => [address, pod] as const)))
}

function aimsFrom({ target, expect }: ScenarioPath, namespace: string | undefined, world: World) {
  if (target.kind !== 'dns') return aimsOf(target, { world, namespace }).aims
  return expect.kind === 'blocked' ? nameServers(target.server, world) : []
}

/** What of an aim answers for itself: a virtual address is its endpoints. */
function socketsOf(aim: AddressAim): readonly Socket[] {
  return aim.kind === 'pod' || aim.kind === 'external' ? [aim.socket] : aim.endpoints
}
