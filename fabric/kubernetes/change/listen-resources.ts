import type { ManifestObject } from '../../manifests/object.ts'
import type { LiveObject } from '../api/objects.ts'
import type { Resources } from '../probe/pod-spec.ts'
import { fitted } from '../probe/resource-limits.ts'

/**
 * The resources of the listeners in each namespace: what the LimitRanges and ResourceQuotas among these objects allow
 * and require.
 */
export function listenResources(objects: readonly ManifestObject[]): (namespace: string) => Resources {
  const known = new Map<string, Resources>()
  return (namespace) => {
    const of = (wanted: string) =>
      objects
        .filter(({ kind, namespace: own }) => kind === wanted && own === namespace)
        .map(({ value }) => value as unknown as LiveObject)
    const found = known.get(namespace) ?? fitted(of('LimitRange'), of('ResourceQuota'))
    known.set(namespace, found)
    return found
  }
}
