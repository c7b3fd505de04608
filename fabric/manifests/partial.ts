import { isObject } from '../../policy/field.ts'
import type { InputText } from './document.ts'
import type { ManifestObject } from './object.ts'
import { isWorkloadKind } from './owners.ts'
import type { PassedOver } from './passed-over.ts'
import type { Renderings } from './renderings.ts'

/**
 * Removes incomplete workloads that were found in folders. A workload without required fields is a patch if the input
 * has the complete workload, if its file name contains "patch", or if a kustomization may add the missing fields. Any
 * other stays, and is rejected as by the API server.
 */
export function withoutPatches(
  objects: readonly ManifestObject[],
  inputs: readonly InputText[],
  renderings: Pick<Renderings, 'completes'>,
): { readonly objects: readonly ManifestObject[]; readonly patches: readonly PassedOver[] } {
  const found = new Set(inputs.filter((input) => input.found === true).map(({ file }) => file))
  const partial = objects.filter((object) => found.has(object.place.file) && isPartial(object))
  if (partial.length === 0) return { objects, patches: [] }
  const whole = new Set(objects.filter((object) => !isPartial(object)).map(nameKey))
  const isPart = (object: ManifestObject) =>
    whole.has(nameKey(object)) || /patch/i.test(object.place.file) || renderings.completes(object.place.file)
  const patches = new Set(partial.filter(isPart))
  const files = new Set([...patches].map(({ place }) => place.file))
  return {
    objects: objects.filter((object) => !patches.has(object)),
    patches: [...files].map((file) => ({ file, why: 'patch', hides: true })),
  }
}

/** Compares only kind and name, because an overlay may put its objects into another namespace. */
function nameKey({ kind, name }: ManifestObject): string {
  return `${kind}/${name}`
}

function isPartial({ kind, value: { spec } }: ManifestObject): boolean {
  if (!isWorkloadKind(kind)) return false
  if (!isObject(spec)) return true
  if (kind === 'CronJob') return !isObject(spec['jobTemplate']) || spec['schedule'] === undefined
  const { template } = spec
  const pod = isObject(template) ? template['spec'] : undefined
  return (
    !isObject(pod) ||
    !Array.isArray(pod['containers']) ||
    !pod['containers'].every(hasImage) ||
    lacksSelector(kind, spec)
  )
}

function hasImage(container: unknown): boolean {
  return isObject(container) && container['image'] !== undefined
}

function lacksSelector(kind: string, spec: Readonly<Record<string, unknown>>): boolean {
  return !['Job', 'ReplicationController', 'DeploymentConfig'].includes(kind) && spec['selector'] === undefined
}
