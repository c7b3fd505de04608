import type { Probe } from '../../fabric/fabric.ts'
import type { Compiled } from '../../policy/engine/compiled.ts'
import type { Unanswerable } from '../../policy/engine/path.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import type { Query } from '../../policy/engine/query.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import type { Hop } from './hops.ts'

/** What a denial depends on, in a sentence. */
export interface Doubt {
  /** A way on the source's own node, or a DNS whose place is not in the input. */
  readonly kind: 'own node' | 'dns elsewhere'
  readonly sentence: string
}

export type PredictedVerdict = Prediction['verdict']

/** What is predicted of one connection. */
export interface HopPrediction {
  readonly hop: Hop
  /** The question that the engine answered; none where the source does not exist. */
  readonly query?: Query
  readonly prediction: Prediction | Unanswerable
  /** `undefined` also where something unread, or a policy that is not evaluated, may decide otherwise. */
  readonly verdict: PredictedVerdict
  /** ClusterNetworkPolicies that would decide otherwise, and that this fabric does not enforce. */
  readonly overruledBy: readonly string[]
  /** What could not be read and may decide, a sentence each. */
  readonly unreadable: readonly string[]
  /** Why a denial by the policies is not certain; the verdict is `undefined` then. */
  readonly doubt?: Doubt
}

/** Whether policies deny the way to every server, of which any may answer. */
export function areDenied(servers: readonly HopPrediction[]): boolean {
  return servers.length > 0 && servers.every(({ verdict }) => verdict === 'deny')
}

/** Who connects: a source, and in a run the probe that stands for it. */
export interface Connecting {
  readonly source: PlannedSource
  readonly probe: Probe | undefined
}

/** The one place where a prediction is made: every command asks it, so that no two can differ. */
export interface HopPredictor {
  readonly compiled: Compiled
  readonly of: (hop: Hop, from: Connecting) => HopPrediction
  /** The verdict of `of` alone, for many questions; `why` where it is not known, or where plugins differ. */
  readonly verdict: (query: Query) => VerdictOnly
}

export interface VerdictOnly {
  readonly verdict: PredictedVerdict
  readonly why?: string
}
