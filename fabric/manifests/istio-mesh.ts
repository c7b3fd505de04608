import { objectAt } from '../../policy/foreign/parts.ts'
import type { ManifestObject } from './object.ts'

/**
 * The root namespaces of the Istio meshes in the input: `rootNamespace` in the ConfigMap `istio` (of a revision:
 * `istio-NAME`), key `mesh`, or in the object from which an operator creates that ConfigMap (istio.io, Global Mesh
 * Options). Empty if the input has no such object.
 */
export function meshRootsOf(objects: readonly ManifestObject[]): readonly string[] {
  return [...new Set(objects.flatMap(rootIn))]
}

/** Istio's default if the configuration names none. */
const usual = 'istio-system'

function rootIn({ apiVersion, kind, name, value }: ManifestObject): string[] {
  if (kind === 'ConfigMap' && /^istio(-|$)/.test(name)) {
    const { mesh } = objectAt(value, 'data')
    if (typeof mesh !== 'string') return []
    return [/^["']?rootNamespace["']?:[ \t]*["']?([a-z0-9-]+)/m.exec(mesh)?.[1] ?? usual]
  }
  const spec = objectAt(value, 'spec')
  if (kind === 'IstioOperator' && apiVersion.startsWith('install.istio.io/')) return given(spec)
  return kind === 'Istio' && apiVersion.startsWith('sailoperator.io/') ? given(objectAt(spec, 'values')) : []
}

function given(values: Readonly<Record<string, unknown>>): string[] {
  const { rootNamespace } = objectAt(values, 'meshConfig')
  return typeof rootNamespace === 'string' ? [rootNamespace] : []
}
