import { hasMeshRoot, usualMeshRoot } from '../policy/foreign/istio.ts'
import { assumedDns } from './cluster-dns.ts'
import type { World } from './world.ts'

/**
 * What the input lacks and the world assumes, in a few words each. Empty for a live cluster and for a dump of one.
 * `dns`: whether names are resolved.
 */
export function assumptionsOf(world: World, about = { dns: true }): readonly string[] {
  const { addressesOf = [], nodes = [] } = world.assumed ?? {}
  const dns = about.dns ? assumedDns(world) : undefined
  return [
    ...(addressesOf.length === 0 ? [] : [`addresses of ${listed(addressesOf)}`]),
    ...(nodes.length === 0 ? [] : [`${nodes.length === 1 ? 'node' : 'nodes'} ${listed(nodes)}`]),
    ...(dns === undefined ? [] : [dns]),
    ...(isMeshRootAssumed(world) ? [`root namespace ${usualMeshRoot} of Istio`] : []),
  ]
}

/** Whether there are Istio policies and the input does not name the mesh's root namespace. */
function isMeshRootAssumed({ notSimulated }: World): boolean {
  return notSimulated.some((object) => hasMeshRoot(object) && object.meshRoots === undefined)
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
