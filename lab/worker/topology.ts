import { nodeLocalAddresses } from '../../fabric/cluster-dns.ts'
import type { World } from '../../fabric/world.ts'
import { type Layout, layOut, outside, podKey } from '../layout.ts'
import type { LabSettings } from '../settings.ts'
import { leadingIn, standIns } from './external-hosts.ts'
import { isBroken } from './faults.ts'
import { openLinks } from './links.ts'
import type { Namespaces } from './namespaces.ts'

/** The current namespaces and links of a world. */
export interface Topology {
  readonly layout: Layout
  /** Creates what is new in this world, removes what is no longer in it, and leaves the rest unchanged. */
  change(world: World, settings: LabSettings): void
}

/** Starts with the outside host only. */
export function openTopology(namespaces: Namespaces, families: { readonly ipv6: boolean }): Topology {
  const links = openLinks(namespaces, families)
  const strangers = new Set<string>(outside.addresses)
  const aliases = new Set<string>()
  let layout: Layout = { nodes: new Map(), pods: new Map(), issued: 0 }

  return {
    get layout() {
      return layout
    },
    change(world, settings) {
      const pods = world.pods.filter((pod) => !isBroken('gone', podKey(pod), settings))
      const next = layOut({ ...world, pods }, layout)
      for (const site of layout.pods.values()) {
        if (site.link === undefined || next.pods.get(site.pod) === site) continue
        links.removePod(site, layout.nodes.get(site.node)!)
      }
      for (const { name, addresses } of world.nodes) {
        if (!layout.nodes.has(name)) links.addHost(next.nodes.get(name)!, addresses)
      }
      for (const site of next.pods.values()) {
        if (site.link === undefined || layout.pods.get(site.pod) === site) continue
        const node = next.nodes.get(site.node)!
        links.addPod(site, node)
        if (isBroken('link-down', site.pod, settings)) links.unplug(site, node)
        if (isBroken('overlay-cut', node.name, settings)) links.swallow(site.addresses)
      }
      const isNew = (address: string) => !strangers.has(address) && strangers.add(address)
      links.own(
        standIns(world, settings)
          .map(({ address }) => address)
          .filter(isNew),
        outside,
      )
      for (const node of next.nodes.values()) {
        const fresh = nodeLocalAddresses(world).filter((address) => !aliases.has(`${node.name} ${address}`))
        for (const address of fresh) aliases.add(`${node.name} ${address}`)
        links.alias(fresh, node)
      }
      const entry = next.nodes.values().next().value
      if (entry !== undefined) links.lead(leadingIn(world).filter(isNew), entry)
      layout = next
    },
  }
}
