import { ownedLabel } from '../../owned.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { type Address, getObject, type LiveObject, listObjects } from '../api/objects.ts'
import { type Resource, type ResourceKind, resources } from '../api/resources.ts'

/**
 * Kinds that a run creates, owners first, because their dependents are deleted with them. Namespaces come last, because
 * deleting one deletes everything in it.
 */
const kinds = [
  ...([
    'Job',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'ReplicationController',
    'CronJob',
    'Pod',
    'Service',
  ] as const),
  ...(['NetworkPolicy', 'ConfigMap', 'ServiceAccount', 'ResourceQuota', 'LimitRange', 'Namespace'] as const),
] as const satisfies readonly ResourceKind[]

/** An object with the owned label. */
export interface Leftover {
  readonly at: Address
  readonly live: LiveObject
}

export interface Leftovers {
  /** In the order of deletion. */
  readonly found: readonly Leftover[]
  /** What could not be read, with the API server's message. */
  readonly unread: readonly string[]
}

/** Every object with the owned label, in these namespaces or in all. Resident probes persist and have another label. */
export async function findLeftovers(
  client: Client,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<Leftovers> {
  const unread: string[] = []
  const tolerantly = async (read: Promise<readonly LiveObject[]>): Promise<readonly LiveObject[]> => {
    try {
      return await read
    } catch (error) {
      if (!isStatus(error, 401, 403)) throw error
      unread.push(error.message)
      return []
    }
  }
  const list = (resource: Resource, namespace?: string) =>
    tolerantly(listObjects(client, { resource, namespace, labelSelector: ownedLabel }, signal))
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const resource = resources[kind]
      const within = (namespace: string) =>
        resource.namespaced
          ? list(resource, namespace)
          : tolerantly(ownedOnly(client, { resource, name: namespace }, signal))
      const found = await Promise.all(namespaces.length === 0 ? [list(resource)] : namespaces.map(within))
      return found.flat().map((live) => ({ at: addressOf(resource, live), live }))
    }),
  )
  return { found: lists.flat(), unread }
}

async function ownedOnly(client: Client, at: Address, signal: AbortSignal): Promise<LiveObject[]> {
  const live = await getObject(client, at, signal)
  return live !== undefined && Object.hasOwn(live.metadata.labels ?? {}, ownedLabel) ? [live] : []
}

function addressOf(resource: Resource, { metadata: { namespace, name } }: LiveObject): Address {
  return { resource, namespace, name }
}
