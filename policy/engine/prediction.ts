import type { Direction, Place } from '../types.ts'
import type { Ruling, Verdict } from './decide.ts'
import type { Choice } from './implementation-choices.ts'
import type { Answer, TierName } from './tiers.ts'
import type { ForeignObject } from './world.ts'

/** The verdict on one new connection with the evidence of both sides. Plain data. */
export interface Prediction {
  readonly kind: 'prediction'
  readonly verdict: Verdict
  /** Rules on which implementations differ, where the engine used the default, and which decide the verdict. */
  readonly dependsOn: readonly Choice[]
  /** Rules that leave the behaviour to the implementation. Non-empty if and only if the verdict is `undefined`. */
  readonly undefinedBy: readonly Choice[]
  readonly egress: Side
  readonly ingress: Side
  /** Policies of kinds that the engine does not evaluate and that can reverse the verdict. */
  readonly mayBeOverridden: readonly ForeignObject[]
}

/** The result of the policies of one end. */
export interface Side {
  readonly direction: Direction
  /** `namespace/name` of the pod, `node …`, or the address. */
  readonly subject: string
  readonly allowed: boolean
  /** The tier that decided, `default` if no tier answers, or the reason why policies do not apply. */
  readonly by: Ruling['by'] | 'protocol'
  /** Whether a NetworkPolicy isolates the pod in this direction (rule 3). */
  readonly isolated: boolean
  /** In order of evaluation. Tiers without a policy for this pod are left out. */
  readonly tiers: readonly TierTrace[]
  /** If the side denies: the rule that would allow the connection with the fewest changes. */
  readonly nearestMiss?: RuleTrace
}

export interface TierTrace {
  readonly tier: TierName
  /** `not asked`: an earlier tier has already decided. */
  readonly answer: Answer | 'not asked'
  readonly policies: readonly PolicyTrace[]
}

/** A policy that selects the pod, with every rule of the direction. */
export interface PolicyTrace {
  readonly policy: PolicyName
  readonly rules: readonly RuleTrace[]
}

export interface PolicyName {
  readonly kind: 'NetworkPolicy' | 'ClusterNetworkPolicy'
  /** `namespace/name`. For a ClusterNetworkPolicy, only the name. */
  readonly name: string
  readonly priority?: number
  readonly place?: Place
}

export interface RuleTrace {
  readonly policy: PolicyName
  /** `ingress[0]`. */
  readonly path: string
  readonly index: number
  readonly action: 'accept' | 'deny' | 'next'
  readonly matched: boolean
  /** Items of `from` or `to`. Empty: every peer. */
  readonly peers: readonly ItemTrace[]
  /** Items of `ports`. Empty: every port. */
  readonly ports: readonly ItemTrace[]
  /** The failed conditions of the nearest peer and the nearest port item. Empty if and only if the rule matched. */
  readonly failed: readonly FailedCondition[]
}

export interface ItemTrace {
  readonly index: number
  readonly matched: boolean
  /** Empty if and only if the item matched. */
  readonly failed: readonly FailedCondition[]
}

/** One condition that did not hold. */
export interface FailedCondition {
  readonly on: 'kind' | 'namespace' | 'namespace label' | 'pod label' | 'address' | 'protocol' | 'port'
  /** For people: "label `tier` expected `api`, got none". */
  readonly sentence: string
  /** The label key, if the condition concerns a label. */
  readonly key?: string
}
