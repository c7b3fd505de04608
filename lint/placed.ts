import { namesNamespace } from '../fabric/manifests/default-namespace.ts'
import type { ManifestObject } from '../fabric/manifests/object.ts'
import type { Renderings } from '../fabric/manifests/renderings.ts'
import { isObject } from '../policy/field.ts'

/** The maximum number of namespaces per file. Each one gets its own objects, and there may be hundreds of tenants. */
const maxNamespaces = 10

/** Sets the namespace of objects that name none, as kustomizations do. If there are several namespaces, copies the object into each. */
export function placed(objects: readonly ManifestObject[], { namespacesOf }: Renderings): readonly ManifestObject[] {
  return objects.flatMap((object) => {
    if (object.namespace === '' || namesNamespace(object)) return [object]
    const namespaces = namespacesOf(object.place.file).slice(0, maxNamespaces)
    return namespaces.length === 0 ? [object] : namespaces.map((namespace) => inNamespace(object, namespace))
  })
}

function inNamespace(object: ManifestObject, namespace: string): ManifestObject {
  const metadata = isObject(object.value.metadata) ? object.value.metadata : {}
  return { ...object, namespace, value: { ...object.value, metadata: { ...metadata, namespace } } }
}
