import { groupOf } from '../fabric/manifests/kinds.ts'
import type { ManifestObject } from '../fabric/manifests/object.ts'
import { isObject, type Path } from '../policy/field.ts'
import type { Context } from './context.ts'
import { listOf, valueAt } from './templates.ts'

/** A Service that an Ingress sends requests to. */
export interface BackendAt {
  readonly object: ManifestObject
  /** The path of `service`. */
  readonly path: Path
  readonly name: string
  /** A key that does not exist in the API but that people write. */
  readonly namespace: string | undefined
  readonly port: { readonly number?: number; readonly name?: string }
}

/** Every Service backend of every networking.k8s.io Ingress. */
export function backendsIn({ objects }: Context): BackendAt[] {
  const ingresses = objects.filter(
    ({ apiVersion, kind }) => kind === 'Ingress' && groupOf(apiVersion) === 'networking.k8s.io',
  )
  return ingresses.flatMap((object) => {
    const rules = listOf(valueAt(object.value, ['spec', 'rules']))
    const paths = rules.flatMap((rule, at) =>
      listOf(valueAt(rule, ['http', 'paths'])).map(
        (_, index): Path => ['spec', 'rules', at, 'http', 'paths', index, 'backend', 'service'],
      ),
    )
    return [['spec', 'defaultBackend', 'service'], ...paths].flatMap((path) => backendAt(object, path))
  })
}

function backendAt(object: ManifestObject, path: Path): BackendAt[] {
  const service = valueAt(object.value, path)
  if (!isObject(service) || typeof service.name !== 'string') return []
  const [number, name] = [valueAt(service, ['port', 'number']), valueAt(service, ['port', 'name'])]
  return [
    {
      object,
      path,
      name: service.name,
      namespace: typeof service.namespace === 'string' ? service.namespace : undefined,
      port: { ...(typeof number === 'number' ? { number } : {}), ...(typeof name === 'string' ? { name } : {}) },
    },
  ]
}
