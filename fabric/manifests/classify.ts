import { report } from '../../policy/field.ts'
import { hasMeshRoot } from '../../policy/foreign/istio.ts'
import { governedBy } from '../../policy/foreign/kinds.ts'
import { invalidValue, labelNameFault, subdomainFault } from '../../policy/names.ts'
import type { Problem } from '../../policy/types.ts'
import type { ObjectRef } from '../world.ts'
import type { Apartness } from './apartness.ts'
import { withoutDuplicates } from './conflicts.ts'
import { meshRootsOf } from './istio-mesh.ts'
import { apiVersionOf, treatmentOf } from './kinds.ts'
import { type ManifestObject, rootOf } from './object.ts'

/**
 * Separates objects that a world is built from and objects that are not simulated, and reports names and versions that
 * the API server rejects. An object with a rejected name is kept, so that its other mistakes are reported too.
 */
export function sortOut(objects: readonly ManifestObject[], problems: Problem[], apartness?: Apartness) {
  const simulated: ManifestObject[] = []
  const notSimulated: ObjectRef[] = []
  // Most objects have the same kind as the previous one.
  let treated = { apiVersion: '', kind: '', treatment: treatmentOf('', '') }
  const sound = new Set<string>()
  const meshRoots = meshRootsOf(objects)
  for (const object of withoutDuplicates(objects, problems, apartness)) {
    const { apiVersion, kind } = object
    if (treated.apiVersion !== apiVersion || treated.kind !== kind) {
      treated = { apiVersion, kind, treatment: treatmentOf(apiVersion, kind) }
    }
    const { treatment } = treated
    if (treatment === 'simulated') {
      if (!namesItself(kind)) refuseNames(object, sound, problems)
      simulated.push(object)
    }
    if (treatment === 'not-simulated') notSimulated.push(refTo(object, meshRoots))
    if (treatment === 'wrong-version') {
      const message = `no matches for kind "${kind}" in version "${apiVersion}"`
      report(
        { ...rootOf(object, problems), path: ['apiVersion'] },
        { message, hint: `write apiVersion: ${apiVersionOf(kind)}` },
      )
    }
  }
  return { simulated, notSimulated }
}

/** An object that may affect traffic is kept as a whole, because its selector and rules say which traffic. */
function refTo(
  { apiVersion, kind, namespace, name, place, value }: ManifestObject,
  meshRoots: readonly string[],
): ObjectRef {
  const ref = { apiVersion, kind, namespace, name, place }
  if (governedBy(ref) === undefined) return ref
  return hasMeshRoot(ref) && meshRoots.length > 0 ? { ...ref, value, meshRoots } : { ...ref, value }
}

/** The policy parsers check the names of policies. */
function namesItself(kind: string): boolean {
  return kind === 'NetworkPolicy' || kind === 'ClusterNetworkPolicy'
}

/** A valid namespace is checked once. */
function refuseNames(object: ManifestObject, sound: Set<string>, problems: Problem[]): void {
  const { kind, namespace, name } = object
  const isLabel = kind === 'Namespace' || kind === 'Service'
  const faults = {
    name: isLabel ? labelNameFault(name) : subdomainFault(name),
    namespace: namespace === '' || sound.has(namespace) ? undefined : labelNameFault(namespace),
  }
  if (faults.name === undefined && faults.namespace === undefined) {
    sound.add(namespace)
    return
  }
  for (const key of ['name', 'namespace'] as const) {
    const fault = faults[key]
    if (fault === undefined) continue
    report({ ...rootOf(object, problems), path: ['metadata', key] }, { message: invalidValue(object[key], fault) })
  }
}
