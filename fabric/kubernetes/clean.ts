import { ownedLabel } from '../owned.ts'
import type { Client } from './client.ts'
import { deleteObject, listObjects } from './objects.ts'
import { waitUntilGone } from './readiness.ts'
import { type ResourceKind, resources } from './resources.ts'

/** Kinds that are deleted one by one; what they own goes with them. Namespaces last: they take all that is in them along. */
const kinds = [
  ...([
    'Job',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'CronJob',
    'Pod',
    'Service',
    'NetworkPolicy',
    'ConfigMap',
  ] as const),
  ...(['ServiceAccount', 'ResourceQuota', 'LimitRange', 'Namespace'] as const),
] as const satisfies readonly ResourceKind[]

/** Deletes everything on the cluster that carries the owned label, of whatever run; gives what it was, as `Kind namespace/name`. */
export async function cleanCluster(client: Client, signal: AbortSignal): Promise<readonly string[]> {
  const removed: string[] = []
  const labelSelector = ownedLabel
  for (const kind of kinds) {
    const resource = resources[kind]
    const found = await listObjects(client, { resource, labelSelector }, signal)
    const addresses = found.map(({ metadata: { namespace, name } }) => ({ resource, namespace, name }))
    await Promise.all(
      found.map(({ metadata: { uid } }, index) =>
        deleteObject(client, addresses[index]!, { uid, gracePeriodSeconds: 1 }, signal),
      ),
    )
    removed.push(
      ...addresses.map(({ namespace, name }) => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`),
    )
    if (kind === 'Namespace' || kind === 'Pod') await waitUntilGone(client, addresses, signal)
  }
  return removed
}
