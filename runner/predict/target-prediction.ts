import type { Undeclared } from '../plan/listeners.ts'
import type { HopPrediction, PredictedVerdict } from './hop-prediction.ts'
import type { NameServers } from './name-servers.ts'

/** What the policies mean for a target: for each address, and for the DNS query before it. */
export interface TargetPrediction {
  /** Whether a request works, its DNS query included; what `allowed` asserts. */
  readonly works: PredictedVerdict
  /** Whether any address is open, ready or not; what `blocked` denies. */
  readonly reach: PredictedVerdict
  /** By `destinationKey`. */
  readonly byDestination: ReadonlyMap<string, readonly HopPrediction[]>
  /** Of every destination, in order; of a name outside the cluster what holds for its unknown address. */
  readonly hops: readonly HopPrediction[]
  /** Of the DNS servers that the source queries for the target's name. */
  readonly dns: readonly HopPrediction[]
  readonly servers: NameServers
  /** Why the target's name does not resolve for this source, whatever policies say. */
  readonly unresolvable?: string | undefined
  /** Ready endpoints at which nothing declares that it listens. */
  readonly undeclared: Undeclared
  /** Whether it is not known if policies let the DNS query pass. */
  readonly dnsUnknown: boolean
  /** What the DNS query rests on that is not in the input. */
  readonly assuming: string | undefined
}
