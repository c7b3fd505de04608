import type { Direction } from '../types.ts'
import { meansSpace } from './governing.ts'
import { choiceBits, isFlipped } from './implementation-choices.ts'
import { type Context, matchesRule, type Traffic } from './match.ts'
import type { CompiledPolicy, CompiledRule } from './rules.ts'
import type { Governing, Space } from './subjects.ts'

export const tierNames = ['Admin', 'NetworkPolicy', 'Baseline'] as const
export type TierName = (typeof tierNames)[number]
export type Answer = 'accept' | 'deny' | 'next'

/** What a tier is asked: one side of a connection. */
export interface SideTraffic extends Traffic {
  readonly direction: Direction
  /** The namespace of the pod whose side it is. */
  readonly space: Space
}

export interface Tier {
  readonly name: TierName
  /** The policies that a tier asks about a pod, in order. */
  policies(governing: Governing, traffic: SideTraffic, context: Context): readonly CompiledPolicy[]
  answer(governing: Governing, traffic: SideTraffic, context: Context): Answer
}

/** Asked in this order; where none answers, everything is accepted (rule 4). */
export const tiers: readonly Tier[] = [
  clusterTier('Admin', ({ admin }) => admin),
  {
    name: 'NetworkPolicy',
    policies: ({ policies }, { direction }) => policies.filter((policy) => policy.isolates[direction]),
    answer: answerOfPolicies,
  },
  clusterTier('Baseline', ({ baseline }) => baseline),
]

/** Rules 3, 4 and 6: who is not isolated is asked further, who is isolated is accepted by any rule of any policy. */
function answerOfPolicies(governing: Governing, traffic: SideTraffic, context: Context): Answer {
  const { direction } = traffic
  for (const rule of governing.accepting[direction]) if (matchesRule(rule, traffic, context)) return 'accept'
  return governing.isolated[direction] ? 'deny' : 'next'
}

/** ClusterNetworkPolicy: in order of priority, then as written, the first rule that matches answers; Pass asks the next tier. */
function clusterTier(name: TierName, listOf: (governing: Governing) => readonly CompiledPolicy[]): Tier {
  return {
    name,
    policies: (governing, { space }, context) =>
      listOf(governing).filter((policy) => meansSpace(policy, space, context)),
    answer: (governing, traffic, context) => {
      let best: { readonly rule: CompiledRule; readonly priority: number } | undefined
      for (const policy of listOf(governing)) {
        const priority = priorityOf(policy)
        if (best !== undefined && priority > best.priority) break
        if (!meansSpace(policy, traffic.space, context)) continue
        const rule = policy.rules[traffic.direction].find((each) => matchesRule(each, traffic, context))
        if (rule === undefined) continue
        if (best === undefined) best = { rule, priority }
        else if (rule.action !== best.rule.action) {
          // Two policies of one priority: implementations may ask either first.
          if (isFlipped(context.assumptions, choiceBits.samePriority)) best = { rule, priority }
          break
        }
      }
      return best?.rule.action ?? 'next'
    },
  }
}

function priorityOf({ source }: CompiledPolicy): number {
  return source.kind === 'ClusterNetworkPolicy' ? source.policy.priority : 0
}
