import { objectAt } from '../../../policy/foreign/parts.ts'
import { nodeLocalDnsLabel } from '../../manifests/node-local-dns.ts'
import type { ManifestObject } from '../../manifests/object.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { getObject } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import { toObject } from './live-world.ts'

/**
 * The objects, with the arguments of one pod of NodeLocal DNSCache, which contain its addresses. Arguments of other
 * pods are not read. Unchanged if there is no such pod, or if it cannot be read.
 */
export async function withCacheArguments(
  client: Client,
  objects: readonly ManifestObject[],
  signal: AbortSignal,
): Promise<readonly ManifestObject[]> {
  const at = objects.findIndex(({ kind, value }) => kind === 'Pod' && labelsOf(value)['k8s-app'] === nodeLocalDnsLabel)
  const pod = objects[at]
  if (pod === undefined) return objects
  const { namespace, name } = pod
  try {
    const live = await getObject(client, { resource: resources.Pod, namespace, name }, signal)
    const whole = live === undefined ? undefined : toObject(live, resources.Pod)
    return whole === undefined ? objects : objects.with(at, whole)
  } catch (error) {
    if (!isStatus(error, 401, 403)) throw error
    return objects
  }
}

function labelsOf(value: ManifestObject['value']): Readonly<Record<string, unknown>> {
  return objectAt(objectAt(value, 'metadata'), 'labels')
}
