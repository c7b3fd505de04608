import type { Probe } from '../../fabric/fabric.ts'
import type { Compiled } from '../../policy/engine/compiled.ts'
import type { Unanswerable } from '../../policy/engine/path.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import type { Query } from '../../policy/engine/query.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import type { Hop } from './hops.ts'

/** Why a denial is uncertain, in one sentence. */
export interface Doubt {
  /** The connection stays on the source's node, or the location of the cluster's DNS is not in the input. */
  readonly kind: 'own node' | 'dns elsewhere'
  readonly sentence: string
}

export type PredictedVerdict = Prediction['verdict']

/** The prediction of one connection. */
export interface HopPrediction {
  readonly hop: Hop
  /** The engine's query; absent if the source does not exist. */
  readonly query?: Query
  readonly prediction: Prediction | Unanswerable
  /** Also `undefined` if something unread, or a policy that is not evaluated, may change the result. */
  readonly verdict: PredictedVerdict
  /** ClusterNetworkPolicies that would change the result and that this fabric does not enforce. */
  readonly overruledBy: readonly string[]
  /** What could not be read and may change the result, one sentence each. */
  readonly unreadable: readonly string[]
  /** Why a denial by policies is uncertain. The verdict is `undefined` then. */
  readonly doubt?: Doubt
}

/** Whether policies deny every server. Any server may answer. */
export function areDenied(servers: readonly HopPrediction[]): boolean {
  return servers.length > 0 && servers.every(({ verdict }) => verdict === 'deny')
}

/** The source of a connection and, in a run, its probe. */
export interface Connecting {
  readonly source: PlannedSource
  readonly probe: Probe | undefined
}

/** Makes all predictions, for every command, so that commands cannot differ. */
export interface HopPredictor {
  readonly compiled: Compiled
  readonly of: (hop: Hop, from: Connecting) => HopPrediction
  /** Only the verdict of `of`, for many queries. `why` is set if the verdict is unknown or plugins differ. */
  readonly verdict: (query: Query) => VerdictOnly
}

export interface VerdictOnly {
  readonly verdict: PredictedVerdict
  readonly why?: string
}
