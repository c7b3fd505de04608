import { groupOf } from '../fabric/manifests/kinds.ts'
import type { ManifestObject } from '../fabric/manifests/object.ts'
import { isObject, type Path } from '../policy/field.ts'
import type { Context } from './context.ts'
import { listOf, valueAt } from './templates.ts'

/** A Service that the API server itself connects to. */
export interface ApiCallback {
  readonly object: ManifestObject
  /** The path of the reference to the Service. */
  readonly path: Path
  readonly namespace: string
  readonly name: string
  readonly port: number
}

/** Returns the Services of admission webhooks, conversion webhooks and aggregated APIs. */
export function apiCallbacksIn({ objects }: Context): ApiCallback[] {
  return objects.flatMap((object) => pathsIn(object).flatMap((path) => callbackAt(object, path)))
}

function pathsIn({ apiVersion, kind, value }: ManifestObject): Path[] {
  switch (`${groupOf(apiVersion)}/${kind}`) {
    case 'admissionregistration.k8s.io/ValidatingWebhookConfiguration':
    case 'admissionregistration.k8s.io/MutatingWebhookConfiguration':
      return listOf(valueAt(value, ['webhooks'])).map((_, at) => ['webhooks', at, 'clientConfig', 'service'])
    case 'apiregistration.k8s.io/APIService':
      return [['spec', 'service']]
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return [['spec', 'conversion', 'webhook', 'clientConfig', 'service']]
    default:
      return []
  }
}

/** The default port is 443, as in the API server. */
function callbackAt(object: ManifestObject, path: Path): ApiCallback[] {
  const service = valueAt(object.value, path)
  if (!isObject(service)) return []
  const { namespace, name, port = 443 } = service
  if (typeof namespace !== 'string' || typeof name !== 'string' || typeof port !== 'number') return []
  return [{ object, path, namespace, name, port }]
}
