import type { Direction, Place } from '../types.ts'
import type { Ruling, Verdict } from './decide.ts'
import type { Choice } from './implementation-choices.ts'
import type { Answer, TierName } from './tiers.ts'
import type { ForeignObject } from './world.ts'

/** The verdict on one new connection with its evidence, both sides; plain data. */
export interface Prediction {
  readonly kind: 'prediction'
  readonly verdict: Verdict
  /** Rules where implementations differ, where the default was taken, and which decide the verdict. */
  readonly dependsOn: readonly Choice[]
  /** Rules that leave the case to the implementation: not empty iff the verdict is `undefined`. */
  readonly undefinedBy: readonly Choice[]
  readonly egress: Side
  readonly ingress: Side
  /** Policies of kinds that are not evaluated and can turn the verdict around. */
  readonly mayBeOverridden: readonly ForeignObject[]
}

/** What the policies of one end say. */
export interface Side {
  readonly direction: Direction
  /** `namespace/name` of the pod, `node …`, or the address. */
  readonly subject: string
  readonly allowed: boolean
  /** The tier that decided, `default` where none answers, or why none was asked. */
  readonly by: Ruling['by'] | 'protocol'
  /** Whether a NetworkPolicy isolates the pod in this direction (rule 3). */
  readonly isolated: boolean
  /** In the order in which they were asked; tiers without a policy for this pod are left out. */
  readonly tiers: readonly TierTrace[]
  /** Of a side that denies: the rule that would have accepted with the fewest changes. */
  readonly nearestMiss?: RuleTrace
}

export interface TierTrace {
  readonly tier: TierName
  /** `not asked`: a tier before it has decided. */
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
  /** `namespace/name`; of a ClusterNetworkPolicy only the name. */
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
  /** Items of `from` or `to`; empty: anybody. */
  readonly peers: readonly ItemTrace[]
  /** Items of `ports`; empty: any. */
  readonly ports: readonly ItemTrace[]
  /** What the nearest peer and the nearest port item miss; empty iff the rule matched. */
  readonly failed: readonly FailedCondition[]
}

export interface ItemTrace {
  readonly index: number
  readonly matched: boolean
  /** Empty iff it matched. */
  readonly failed: readonly FailedCondition[]
}

/** One condition that did not hold. */
export interface FailedCondition {
  readonly on: 'kind' | 'namespace' | 'namespace label' | 'pod label' | 'address' | 'protocol' | 'port'
  /** For people: "label `tier` expected `api`, got none". */
  readonly sentence: string
  /** The label, where it is about one. */
  readonly key?: string
}
