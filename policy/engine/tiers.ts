import type { Direction } from '../types.ts'
import { meansSpace } from './governing.ts'
import { choiceBits, isFlipped } from './implementation-choices.ts'
import { type Context, matchesRule, type Traffic } from './match.ts'
import type { CompiledPolicy, CompiledRule } from './rules.ts'
import type { Governing, Space } from './subjects.ts'

export const tierNames = ['Admin', 'NetworkPolicy', 'Baseline'] as const
export type TierName = (typeof tierNames)[number]
export type Answer = 'accept' | 'deny' | 'next'

/** The input of a tier: one side of a connection. */
export interface SideTraffic extends Traffic {
  readonly direction: Direction
  /** The namespace of the pod on this side. */
  readonly space: Space
}

export interface Tier {
  readonly name: TierName
  /** Returns the policies of this tier that apply to a pod, in order. */
  policies(governing: Governing, traffic: SideTraffic, context: Context): readonly CompiledPolicy[]
  answer(governing: Governing, traffic: SideTraffic, context: Context): Answer
}

/** In order of evaluation. If no tier answers, the connection is allowed (rule 4). */
export const tiers: readonly Tier[] = [
  clusterTier('Admin', ({ admin }) => admin),
  {
    name: 'NetworkPolicy',
    policies: ({ policies }, { direction }) => policies.filter((policy) => policy.isolates[direction]),
    answer: answerOfPolicies,
  },
  clusterTier('Baseline', ({ baseline }) => baseline),
]

/** Rules 3, 4 and 6: if the pod is not isolated, the next tier decides. If it is isolated, any matching rule of any policy allows. */
function answerOfPolicies(governing: Governing, traffic: SideTraffic, context: Context): Answer {
  const { direction } = traffic
  for (const rule of governing.accepting[direction]) if (matchesRule(rule, traffic, context)) return 'accept'
  return governing.isolated[direction] ? 'deny' : 'next'
}

/** ClusterNetworkPolicy: the first rule that matches decides, in order of priority, then as written. Pass continues with the next tier. */
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
          // For two policies with the same priority, the order is up to the implementation.
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
