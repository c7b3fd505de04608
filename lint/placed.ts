import { namesNamespace } from '../fabric/manifests/default-namespace.ts'
import type { ManifestObject } from '../fabric/manifests/object.ts'
import type { Renderings } from '../fabric/manifests/renderings.ts'
import { isObject } from '../policy/field.ts'

/** One file may be in as many namespaces, each with its own objects; there may be hundreds of tenants. */
const maxNamespaces = 10

/** Puts objects that name no namespace where kustomizations do: into each of these namespaces, where there are several. */
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
