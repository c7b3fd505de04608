import { assumedDns } from './cluster-dns.ts'
import type { World } from './world.ts'

/** What the input does not have and a world has all the same, in a few words each; empty for a live cluster and for a dump of one. `dns`: whether names are resolved. */
export function assumptionsOf(world: World, about = { dns: true }): readonly string[] {
  const { addressesOf = [], nodes = [] } = world.assumed ?? {}
  const dns = about.dns ? assumedDns(world) : undefined
  return [
    ...(addressesOf.length === 0 ? [] : [`addresses of ${listed(addressesOf)}`]),
    ...(nodes.length === 0 ? [] : [`${nodes.length === 1 ? 'node' : 'nodes'} ${listed(nodes)}`]),
    ...(dns === undefined ? [] : [dns]),
  ]
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
