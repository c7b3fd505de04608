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
 * Why a workload's pods are not admitted (a quota, Pod Security, a webhook), in the API server's words: from its condition `ReplicaFailure`, or from the
 * last of its events `FailedCreate`, which controllers write where they have no condition for it. Undefined where nothing is told or may be read.
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
