import { podsOfWorkload } from '../../workloads.ts'
import type { Client } from '../api/client.ts'
import { type LiveObject, listObjects } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import { toObject, worldOf } from '../world/live-world.ts'

export interface WorkloadOnNode {
  readonly namespace: string
  readonly workload: string
  readonly node?: string | undefined
}

/** A pod of the workload with an address, on the given node if any. Prefers a ready pod. */
export async function podOfWorkload(
  client: Client,
  { namespace, workload, node }: WorkloadOnNode,
  signal: AbortSignal,
): Promise<LiveObject | undefined> {
  const lives = await listObjects(client, { resource: resources.Pod, namespace }, signal)
  const objects = lives.flatMap((live) => toObject(live, resources.Pod) ?? [])
  const own = podsOfWorkload(namespace, workload, worldOf(objects).world).filter(
    (pod) => pod.addresses.length > 0 && (node ?? pod.node) === pod.node,
  )
  const chosen = own.find(({ ready }) => ready) ?? own[0]
  return chosen && lives.find(({ metadata }) => metadata.uid === chosen.uid)
}
