import type { World } from '../../fabric/world.ts'
import { type Layout, linksOn } from '../layout.ts'
import { policyRuleset } from '../rules/policies.ts'
import type { LabSettings } from '../settings.ts'
import type { Namespaces } from './namespaces.ts'
import { nft } from './nft.ts'

/** The packet filters of all nodes. */
export interface Rules {
  /** Replaces what differs from before, each node in one transaction; resolves when it is in force. */
  set(world: World, layout: Layout, unknownPeers: ReadonlySet<string>): Promise<void>
}

export function openRules(namespaces: Namespaces, settings: LabSettings): Rules {
  const inForce = new Map<string, string>()
  const { enforcement, deny } = settings
  const leaks = settings.faults.filter((fault) => fault.kind === 'leak')
  const replace = async (netns: string, text: string) => {
    if (inForce.get(netns) === text) return
    inForce.delete(netns)
    await nft(namespaces, netns, ['-f', '-'], text)
    inForce.set(netns, text)
  }
  return {
    async set(world, layout, unknownPeers) {
      await Promise.all(
        [...layout.nodes.values()].map(({ name, netns }) => {
          const links = linksOn(name, layout)
          const policies = { world, links, settings: { enforcement, deny, unknownPeers, leaks } }
          return replace(netns, policyRuleset(policies))
        }),
      )
    },
  }
}
