import type { World } from '../../fabric/world.ts'
import { type Layout, linksOn } from '../layout.ts'
import { policyRuleset } from '../rules/policies.ts'
import { serviceRuleset } from '../rules/services.ts'
import { transactionsOf } from '../rules/transactions.ts'
import type { LabSettings } from '../settings.ts'
import type { Nft } from './nft.ts'

/** The packet filters of all nodes. */
export interface Rules {
  /**
   * Replaces the tables that changed, each node's table in one transaction. Resolves when they are in force.
   * `unknownPeers` are addresses that no policy selector matches yet.
   */
  set(world: World, layout: Layout, unknownPeers: ReadonlySet<string>): Promise<void>
}

/** Starts without rules. Rejects with nft's message when the kernel rejects a rule. */
export function openRules(nft: Nft, settings: LabSettings): Rules {
  const inForce = new Map<string, string>()
  let servicesAbout = ''
  const { enforcement, deny } = settings
  const leaks = settings.faults.filter((fault) => fault.kind === 'leak')
  const replace = async (netns: string, table: string, text: string) => {
    const key = `${netns} ${table}`
    if (inForce.get(key) === text) return
    inForce.delete(key)
    for (const transaction of transactionsOf(text)) await nft(netns, transaction)
    inForce.set(key, text)
  }
  return {
    async set(world, layout, unknownPeers) {
      const nodes = [...layout.nodes.values()]
      const policySettings = { enforcement, deny, unknownPeers, leaks }
      const policies = nodes.map(({ name, netns }) =>
        replace(netns, 'policies', policyRuleset({ world, links: linksOn(name, layout), settings: policySettings })),
      )
      // Most changes affect policies only.
      const about = JSON.stringify([world.nodes, world.pods, world.services])
      const services =
        about === servicesAbout
          ? []
          : nodes.map(({ name, netns }) => replace(netns, 'services', serviceRuleset({ world, node: name })))
      await Promise.all([...policies, ...services])
      servicesAbout = about
    },
  }
}
