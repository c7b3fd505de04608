import type { Client } from '../api/client.ts'
import type { Address, LiveObject } from '../api/objects.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly message?: string
}

interface EventList {
  readonly items?: readonly {
    readonly message?: string
    readonly involvedObject?: { readonly kind?: string; readonly uid?: string }
  }[]
}

/**
 * Why the API server rejects a workload's pods (a quota, Pod Security, a webhook), verbatim. Taken from the condition
 * `ReplicaFailure`, or from the last event `FailedCreate`, which controllers without such a condition write. Undefined
 * if there is no reason or it cannot be read.
 */
export async function refusedPod(
  client: Client,
  { namespace, name, resource }: Address,
  live: LiveObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  const conditions = (live.status?.['conditions'] ?? []) as readonly Condition[]
  const failure = conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
  if (failure?.message !== undefined) return failure.message
  if (resource.kind === 'Deployment' || namespace === undefined) return undefined
  const fieldSelector = `reason=FailedCreate,involvedObject.name=${name}`
  const path = `/api/v1/namespaces/${namespace}/events?${new URLSearchParams({ fieldSelector }).toString()}`
  const events = (await client.send({ method: 'GET', path }, signal).catch(() => ({}))) as EventList
  return events.items?.findLast(({ involvedObject }) => involvedObject?.uid === live.metadata.uid)?.message
}
