import { hasMeshRoot } from '../../../policy/foreign/istio.ts'
import { objectAt } from '../../../policy/foreign/parts.ts'
import type { ManifestObject } from '../../manifests/object.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { getObject } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import { toObject } from './live-world.ts'

/**
 * The ConfigMaps with the mesh configuration in the namespace of each istiod, if the cluster has Istio policies.
 * Unreadable ones are left out; the root namespace is then assumed.
 */
export async function readMeshConfigs(
  client: Client,
  objects: readonly ManifestObject[],
  signal: AbortSignal,
): Promise<readonly ManifestObject[]> {
  if (!objects.some(hasMeshRoot)) return []
  const found = objects.flatMap(({ kind, namespace, value }) => {
    const labels = objectAt(objectAt(value, 'metadata'), 'labels')
    if (kind !== 'Pod' || labels['app'] !== 'istiod') return []
    const revision = labels['istio.io/rev']
    return [{ namespace, name: typeof revision === 'string' && revision !== 'default' ? `istio-${revision}` : 'istio' }]
  })
  const places = found.length === 0 ? [{ namespace: 'istio-system', name: 'istio' }] : found
  const unique = [...new Map(places.map((each) => [`${each.namespace}/${each.name}`, each])).values()]
  const maps = await Promise.all(unique.map((each) => configMap(client, each, signal)))
  return maps.flatMap((map) => map ?? [])
}

async function configMap(
  client: Client,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<ManifestObject | undefined> {
  try {
    const live = await getObject(client, { resource: resources.ConfigMap, namespace, name }, signal)
    return live === undefined ? undefined : toObject(live, resources.ConfigMap)
  } catch (error) {
    if (!isStatus(error, 401, 403)) throw error
    return undefined
  }
}
