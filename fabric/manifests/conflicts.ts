import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../../policy/field.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { type Apartness, together } from './apartness.ts'
import { groupOf, treatmentOf } from './kinds.ts'
import { type ManifestObject, titleOf } from './object.ts'
import { ownLabels } from './overrides.ts'

/**
 * Keeps the last of several objects with the same kind, namespace and name. If they differ, that is an error with both
 * places (docs/semantics.md, rule 66), otherwise a warning. Namespaces are an exception, because every overlay may
 * contain its Namespace: their labels are merged.
 */
export function withoutDuplicates(
  objects: readonly ManifestObject[],
  problems: Problem[],
  apartness: Apartness = together,
): ManifestObject[] {
  const unique: ManifestObject[] = []
  const placeOf = createPlaces()
  for (const object of objects) {
    const at = placeOf(object)
    const first = unique[at]
    if (first !== undefined && object.kind === 'Namespace') {
      if (!apartness.areAlternatives(first.place, object.place)) warnOfLostLabels(first, object, problems)
      unique[at] = mergedNamespace(first, object)
    } else unique[at] = object
    if (
      first === undefined ||
      object.kind === 'Namespace' ||
      treatmentOf(object.apiVersion, object.kind) === 'irrelevant'
    )
      continue
    const alike = isDeepStrictEqual(first.value, object.value)
    problems.push({
      severity: alike ? 'warning' : 'error',
      message: `${titleOf(object)} is given twice${alike ? '' : ', and not alike'}, first at ${placeText(first.place)}`,
      hint:
        first.place.file === object.place.file
          ? 'a cluster has one object of a name: remove or rename one'
          : 'a cluster has one object of a name: rename one, or leave a file out (--exclude)',
      place: object.place,
    })
  }
  return unique
}

/**
 * If a Namespace lacks a label that another of the same name has, the result depends on how they are applied: `kubectl
 * apply` removes labels that it set itself and keeps those of others. A Namespace without labels in another folder is
 * not reported, because every folder may have one.
 */
function warnOfLostLabels(first: ManifestObject, second: ManifestObject, problems: Problem[]): void {
  const [before, after] = [ownLabels(first), ownLabels(second)]
  const lost = Object.keys(before).filter((key) => after[key] === undefined)
  const isBareElsewhere = Object.keys(after).length === 0 && dirname(first.place.file) !== dirname(second.place.file)
  if (lost.length > 0 && !isBareElsewhere) {
    const message = `${titleOf(second)} is given twice, first at ${placeText(first.place)}, and here without ${lost.join(', ')}: the labels of both count here, and kubectl apply of the second takes away those that it set by the first`
    problems.push({ severity: 'warning', message, hint: 'write all labels in one place', place: second.place })
  }
}

/** A Namespace with the labels of both. For the same key, the last wins. */
function mergedNamespace(first: ManifestObject, second: ManifestObject): ManifestObject {
  const [before, after] = [ownLabels(first), ownLabels(second)]
  const metadata = isObject(second.value.metadata) ? second.value.metadata : {}
  return { ...second, value: { ...second.value, metadata: { ...metadata, labels: { ...before, ...after } } } }
}

/**
 * Numbers objects from 0 in order of first occurrence. Objects with the same group, kind, namespace and name have the
 * same number.
 */
function createPlaces(): (object: ManifestObject) => number {
  const kinds = new Map<string, Map<string, Map<string, number>>>()
  let count = 0
  // Most objects have the same kind as the previous one.
  let last = { apiVersion: '', kind: '', spaces: new Map<string, Map<string, number>>() }
  return ({ apiVersion, kind, namespace, name }) => {
    if (last.apiVersion !== apiVersion || last.kind !== kind) {
      const spaces = below(kinds, `${groupOf(apiVersion)}/${kind}`, () => new Map<string, Map<string, number>>())
      last = { apiVersion, kind, spaces }
    }
    return below(
      below(last.spaces, namespace, () => new Map<string, number>()),
      name,
      () => count++,
    )
  }
}

function below<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
