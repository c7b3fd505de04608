import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { getObject, type LiveObject, listObjects } from '../api/objects.ts'
import { type ResourceKind, resources } from '../api/resources.ts'
import { type Touch, touchesOf } from './managed-fields.ts'

/** The objects on a path whose history is read. */
export interface PathObjects {
  /** For their labels and policies. */
  readonly namespaces: readonly string[]
  /** `kind` as in the API (`Deployment`); `Pod` for a bare pod. */
  readonly workloads: readonly { readonly namespace: string; readonly kind: ResourceKind; readonly name: string }[]
  /** For their ports, selectors and endpoints. */
  readonly services: readonly { readonly namespace: string; readonly name: string }[]
}

export interface RecentChange extends Touch {
  /** `NetworkPolicy backend/allow-ui`. */
  readonly object: string
}

export interface History {
  /** Newest first. */
  readonly changes: readonly RecentChange[]
  /** What could not be read, with the API server's message. */
  readonly unread: readonly string[]
}

/**
 * Changes of these objects since that time (milliseconds since the epoch), from their managedFields. Deleted objects
 * leave no trace.
 */
export async function readHistory(
  client: Client,
  { namespaces, workloads, services }: PathObjects,
  since: number,
  signal: AbortSignal,
): Promise<History> {
  const unread = new Set<string>()
  const read = async (kind: ResourceKind, load: () => Promise<readonly (LiveObject | undefined)[]>) => {
    const found = await load().catch((error: unknown) => {
      if (!isStatus(error, 401, 403)) throw error
      unread.add(error.message)
      return []
    })
    return found.flatMap((live) => (live === undefined ? [] : changesOf(kind, live, since)))
  }
  const one = (kind: ResourceKind, name: string, namespace?: string) =>
    read(kind, async () => [await getObject(client, { resource: resources[kind], namespace, name }, signal)])
  const slicesOf = async ({ namespace, name }: PathObjects['services'][number]) => {
    const labelSelector = `kubernetes.io/service-name=${name}`
    const found = await read('EndpointSlice', () =>
      listObjects(client, { resource: resources.EndpointSlice, namespace, labelSelector }, signal),
    )
    return found.slice(0, 1).map((change) => ({ ...change, object: `Service ${namespace}/${name}` }))
  }
  const changes = await Promise.all([
    ...namespaces.map((namespace) => one('Namespace', namespace)),
    ...namespaces.map((namespace) =>
      read('NetworkPolicy', () => listObjects(client, { resource: resources.NetworkPolicy, namespace }, signal)),
    ),
    ...workloads.map(({ namespace, kind, name }) => one(kind, name, namespace)),
    ...services.map(({ namespace, name }) => one('Service', name, namespace)),
    ...services.map(slicesOf),
  ])
  return { changes: changes.flat().toSorted((a, b) => b.at - a.at), unread: [...unread] }
}

function changesOf(kind: ResourceKind, live: LiveObject, since: number): RecentChange[] {
  const { namespace, name } = live.metadata
  const object = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  return touchesOf(kind, live.metadata)
    .filter(({ at }) => at >= since)
    .map((touch) => ({ ...touch, object }))
}
