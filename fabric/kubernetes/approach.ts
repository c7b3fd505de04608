import type { ClusterFacts } from '../fabric.ts'
import { type Client, type ClusterAccess, connectCluster } from './api/client.ts'
import { shareReads } from './api/shared-reads.ts'
import { clusterFacts } from './cluster-facts.ts'

/** A cluster that is being asked what it is. */
export interface Approach {
  readonly client: Client
  /** Asked for already, but where a credential plugin would be run for it. Rejects with `ApiError` where it does not answer; whoever opens the cluster hears of it. */
  facts(): Promise<ClusterFacts>
}

/**
 * Connects to a cluster and asks what it is, with little of the program loaded: what else has to be loaded and read before a cluster is opened takes
 * longer than its answer. Rejects with `ClusterUnavailable`. Who does not open it closes the client.
 */
export async function approachCluster(access: ClusterAccess, signal: AbortSignal): Promise<Approach> {
  const client = shareReads(await connectCluster(access))
  let asked: Promise<ClusterFacts> | undefined
  const facts = (): Promise<ClusterFacts> => {
    asked ??= clusterFacts(client, signal)
    return asked
  }
  if (!client.runsPlugin) facts().catch(() => undefined)
  return { client, facts }
}
