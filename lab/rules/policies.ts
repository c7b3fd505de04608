import type { World } from '../../fabric/world.ts'
import type { Direction, NetworkPolicy, PolicyRule } from '../../policy/types.ts'
import { classesOf, type Leak, type PodClass } from './classes.ts'
import { type Denial, denialRules, leakingChain } from './denial.ts'
import { createPeers, type Peers } from './peers.ts'
import { portMatch } from './ports.ts'
import { ruleComment, ruleName } from './rule-name.ts'
import { type Block, chainBlock, hairpinMark, mapBlock, policyTable, quoted } from './ruleset.ts'
import { createSetRegistry, type SetRegistry } from './set-registry.ts'
import { replacingTable } from './transactions.ts'

export interface PolicySettings {
  readonly enforcement: 'enforced' | 'none'
  readonly deny: Denial
  /** Addresses of fresh pods that no peer selector matches yet. Isolation of these pods is in force from the start. */
  readonly unknownPeers?: ReadonlySet<string>
  readonly leaks?: readonly Leak[]
}

export interface PolicyRulesetInput {
  readonly world: World
  /** The pods of this node, `namespace/name` → the name of their link on the node. */
  readonly links: ReadonlyMap<string, string>
  readonly settings: PolicySettings
}

/**
 * One node's policies as nftables text that replaces the previous ones (see `transactionsOf`). A packet passes the
 * egress chain of its source, then the ingress chain of its destination, each under a separate hook. A matching rule
 * counts and accepts; the end of a chain denies. Packets from a pod's own node arrive through `output`, which no policy
 * filters (docs/semantics.md, rule 51). Packets from a pod to its node are filtered by egress (52).
 */
export function policyRuleset({ world, links, settings }: PolicyRulesetInput): string {
  if (settings.enforcement === 'none') return replacingTable(policyTable, { blocks: [], hooks: [], closed: [] })
  const sets = createSetRegistry()
  const peers = createPeers(world, sets, settings.unknownPeers ?? new Set())
  const local = world.pods.flatMap((pod) => {
    const link = links.get(`${pod.namespace}/${pod.name}`)
    return link === undefined || pod.hostNetwork ? [] : [{ pod, link }]
  })
  const chains = directions.flatMap((direction) =>
    classesOf(direction, local, world.policies, settings.leaks ?? []).map((podClass, index) => ({
      podClass,
      name: `${direction}_${String(index)}`,
    })),
  )
  const bodies = chains.flatMap((chain) => classBlocks(chain, { peers, sets }, settings.deny))
  const blocks = [...sets.blocks(), ...bodies, ...directions.map((direction) => linkMap(direction, chains))]
  return replacingTable(policyTable, { blocks, ...hooks })
}

const directions = ['egress', 'ingress'] as const

const neighbours = 'nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report'
const passing = ['ct state established,related accept', `icmpv6 type { ${neighbours} } accept`]

/** The hooks that apply policies, and their replacement while a large ruleset is loaded in parts. */
function hookChains(egress: readonly string[], ingress: readonly string[]): readonly Block[] {
  return [
    chainBlock('sent', [...passing, ...egress], 'type filter hook forward priority filter'),
    chainBlock('sent_to_node', [...passing, ...egress], 'type filter hook input priority filter'),
    chainBlock('received', [...passing, ...ingress], 'type filter hook forward priority filter + 1'),
  ]
}

const hooks = {
  hooks: hookChains(
    ['iifname vmap @egress'],
    [
      // A pod reaches itself through its Service: the node becomes the source (rule 54), and traffic from the node is
      // always allowed (51).
      `meta mark & ${String(hairpinMark)} != 0 accept`,
      'oifname vmap @ingress',
    ],
  ),
  closed: hookChains(['drop'], ['drop']),
}

interface Chain {
  readonly podClass: PodClass
  readonly name: string
}

function linkMap(direction: Direction, chains: readonly Chain[]): Block {
  const own = chains.filter(({ podClass }) => podClass.direction === direction)
  const elements = own.flatMap(({ podClass, name }) => podClass.links.map((link) => `${quoted(link)} : jump ${name}`))
  return mapBlock(direction, 'ifname : verdict', elements)
}

interface Parts {
  readonly peers: Peers
  readonly sets: SetRegistry
}

function classBlocks({ name, podClass }: Chain, parts: Parts, deny: Denial): readonly Block[] {
  const { direction, leak, policies } = podClass
  const rules = policies.flatMap((policy) =>
    policy[direction].flatMap((rule, index) => {
      const comment = quoted(ruleComment(ruleName(policy, direction, index)))
      return matchesOf(podClass, policy, rule, parts).map((match) =>
        `${match} counter accept comment ${comment}`.trim(),
      )
    }),
  )
  const denial = denialRules(deny, direction)
  return leak === undefined ? [chainBlock(name, [...rules, ...denial])] : leakingChain(name, rules, leak, denial)
}

function matchesOf({ direction, resolve }: PodClass, policy: NetworkPolicy, rule: PolicyRule, { peers, sets }: Parts) {
  const addresses = peers.addresses(policy, rule, direction === 'ingress' ? 'saddr' : 'daddr')
  const port = portMatch(rule.ports, direction === 'ingress' ? resolve : () => [], sets)
  const numbered = port === undefined ? [] : addresses.map((address) => `${address} ${port}`.trim())
  return direction === 'ingress' ? numbered : [...numbered, ...peers.namedPorts(policy, rule)]
}
