import { isObject } from '../../policy/field.ts'
import { groupOf } from './kinds.ts'
import type { ManifestObject } from './object.ts'

/**
 * Puts objects without a namespace into the default one, as `kubectl -n` does. Writes it into their data too, so that
 * all readers agree. Custom resources that a CustomResourceDefinition of the input declares as cluster-scoped get none.
 */
export function inDefaultNamespace(objects: readonly ManifestObject[], namespace: string): ManifestObject[] {
  const clusterScoped = new Set(objects.flatMap(clusterScopedKind))
  return objects.map((object) => {
    if (clusterScoped.has(kindKey(object.apiVersion, object.kind))) return { ...object, namespace: '' }
    if (namespace === 'default' || object.namespace === '' || namesNamespace(object)) return object
    const metadata = isObject(object.value.metadata) ? object.value.metadata : {}
    return { ...object, namespace, value: { ...object.value, metadata: { ...metadata, namespace } } }
  })
}

function clusterScopedKind({ kind, value: { spec } }: ManifestObject): string[] {
  if (kind !== 'CustomResourceDefinition' || !isObject(spec) || spec['scope'] !== 'Cluster') return []
  const { group, names } = spec
  return typeof group === 'string' && isObject(names) ? [`${group}/${String(names['kind'])}`] : []
}

function kindKey(apiVersion: string, kind: string): string {
  return `${groupOf(apiVersion)}/${kind}`
}

/** Whether an object names its namespace. */
export function namesNamespace({ value: { metadata } }: Pick<ManifestObject, 'value'>): boolean {
  return isObject(metadata) && typeof metadata['namespace'] === 'string' && metadata['namespace'] !== ''
}
