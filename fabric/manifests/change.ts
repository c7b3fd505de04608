import { isObject } from '../../policy/field.ts'
import { didYouMean } from '../../policy/suggest.ts'
import type { Place, Problem } from '../../policy/types.ts'
import type { Change } from '../fabric.ts'
import { isClusterScoped, kindOf } from './kinds.ts'
import { keyOf, type ManifestObject, titleOf } from './object.ts'
import { type LabelPatch, overrideFor, overrideKind, ownLabels, patched, patchOf } from './overrides.ts'
import { isWorkloadKind } from './owners.ts'
import { type Manifests, objectsOf } from './read.ts'

const nowhere: Place = { file: '<step>', line: 1, column: 1 }

/**
 * The objects after a change. A new object replaces the one of the same name. Deleting a Namespace deletes everything
 * in it. Changed labels stay with pods.
 */
export function applyObjects(current: readonly ManifestObject[], change: Change, place: Place = nowhere): Manifests {
  const problems: Problem[] = []
  if (change.kind === 'label') {
    return { objects: relabel(current, { ...change, place }, problems), problems }
  }
  const changed = change.objects.flatMap((value) => objectsOf(value, () => place, problems))
  const step = change.kind === 'apply' ? put : remove
  return { objects: changed.reduce((objects, object) => step(objects, object, problems), current), problems }
}

function put(objects: readonly ManifestObject[], object: ManifestObject): readonly ManifestObject[] {
  const kept = withoutOverridesOf(objects, object)
  const index = kept.findIndex((other) => keyOf(other) === keyOf(object))
  return index < 0 ? [...kept, object] : kept.with(index, object)
}

function remove(
  objects: readonly ManifestObject[],
  object: ManifestObject,
  problems: Problem[],
): readonly ManifestObject[] {
  const isInside =
    object.kind === 'Namespace'
      ? ({ namespace, kind, name }: ManifestObject) =>
          namespace === object.name || (kind === overrideKind && name.startsWith(`Pod ${object.name}/`))
      : () => false
  const kept = withoutOverridesOf(objects, object).filter((other) => keyOf(other) !== keyOf(object) && !isInside(other))
  if (!objects.some((other) => keyOf(other) === keyOf(object) || isInside(other))) {
    problems.push(notFound(titleOf(object), objects, object.place))
  }
  return kept
}

/** A replaced or deleted workload has new pods, without the label changes of its old ones. */
function withoutOverridesOf(
  objects: readonly ManifestObject[],
  { kind, namespace, name }: ManifestObject,
): readonly ManifestObject[] {
  const isOwn = (title: string) => {
    if (kind === 'Namespace') return title === `Namespace ${name}`
    const prefix = `Pod ${namespace}/${name}`
    if (kind === 'Pod') return title === prefix
    return isWorkloadKind(kind) && title.startsWith(`${prefix}-`) && /^\d+$/.test(title.slice(prefix.length + 1))
  }
  return objects.filter((other) => other.kind !== overrideKind || !isOwn(other.name))
}

function relabel(
  objects: readonly ManifestObject[],
  { object: word, labels, place }: { object: string; labels: LabelPatch; place: Place },
  problems: Problem[],
): readonly ManifestObject[] {
  const target = parseObjectName(word)
  if (target === undefined) {
    const message = `${word}: expected namespace/kind/name, pod/namespace/name or namespace/name`
    problems.push({ severity: 'error', message, place })
    return objects
  }
  const index = objects.findIndex((object) => titleOf(object) === titleOf(target))
  if (index >= 0) return objects.with(index, withLabels(objects[index]!, labels))
  if (target.kind !== 'Pod' && target.kind !== 'Namespace') {
    problems.push(notFound(titleOf(target), objects, place))
    return objects
  }
  const title = titleOf(target)
  const before = objects.find(({ kind, name }) => kind === overrideKind && name === title)
  const patch = before === undefined ? labels : { ...patchOf(before), ...labels }
  return [...objects.filter((object) => object !== before), overrideFor(title, patch, place)]
}

function withLabels(object: ManifestObject, patch: LabelPatch): ManifestObject {
  const metadata = isObject(object.value.metadata) ? object.value.metadata : {}
  const labels = patched(ownLabels(object), patch)
  return { ...object, value: { ...object.value, metadata: { ...metadata, labels } } }
}

/**
 * Parses `namespace/kind/name` and `kind/namespace/name`, and `kind/name` for objects without a namespace or in
 * `default`.
 */
export function parseObjectName(word: string): Pick<ManifestObject, 'kind' | 'namespace' | 'name'> | undefined {
  const [first = '', second = '', third, ...rest] = word.split('/')
  if (rest.length > 0 || first === '' || second === '' || third === '') return undefined
  if (third === undefined) {
    const kind = kindOf(first)
    return kind && { kind, namespace: isClusterScoped(kind) ? '' : 'default', name: second }
  }
  const kind = kindOf(second)
  if (kind !== undefined) return { kind, namespace: first, name: third }
  const leading = kindOf(first)
  return leading && { kind: leading, namespace: second, name: third }
}

function notFound(title: string, objects: readonly ManifestObject[], place: Place): Problem {
  const hint = didYouMean(title, objects.map(titleOf))
  return { severity: 'error', message: `${title}: not found`, place, ...(hint === undefined ? {} : { hint }) }
}
