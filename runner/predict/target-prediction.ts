import type { Undeclared } from '../plan/listeners.ts'
import type { HopPrediction, PredictedVerdict } from './hop-prediction.ts'
import type { NameServers } from './name-servers.ts'

/** The prediction of a target: for each address, and for the DNS query before the connection. */
export interface TargetPrediction {
  /** Whether a request works, including its DNS query. `allowed` asserts this. */
  readonly works: PredictedVerdict
  /** Whether any address is open, ready or not. `blocked` denies this. */
  readonly reach: PredictedVerdict
  /** Keyed by `destinationKey`. */
  readonly byDestination: ReadonlyMap<string, readonly HopPrediction[]>
  /** Predictions of all destinations, in order; for a name outside the cluster, that of its unknown address. */
  readonly hops: readonly HopPrediction[]
  /** Predictions for the DNS servers that the source queries for the target's name. */
  readonly dns: readonly HopPrediction[]
  readonly servers: NameServers
  /** Why the target's name does not resolve for this source, regardless of policies. */
  readonly unresolvable?: string | undefined
  /** Ready endpoints without a declared listener. */
  readonly undeclared: Undeclared
  /** Whether it is unknown if policies allow the DNS query. */
  readonly dnsUnknown: boolean
  /** What the prediction assumes about the DNS query because it is not in the input. */
  readonly assuming: string | undefined
}
