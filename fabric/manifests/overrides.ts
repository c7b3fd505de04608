import { fieldAt, isObject } from '../../policy/field.ts'
import { parseLabels } from '../../policy/parse-selector.ts'
import { didYouMean } from '../../policy/suggest.ts'
import type { Labels, Place, Problem } from '../../policy/types.ts'
import { type ManifestObject, rootOf } from './object.ts'

/** Labels by key; null removes one. */
export type LabelPatch = Readonly<Record<string, string | null>>

/** A private kind among the manifests: labels that a step set on something without a manifest (a pod of a workload). */
export const overrideKind = 'LabelOverride'
const apiVersion = 'crosscheck.dev/v1alpha1'

/** The override of an object, named as `Pod ns/name` or `Namespace name`. */
export function overrideFor(title: string, patch: LabelPatch, place: Place): ManifestObject {
  const value = { apiVersion, kind: overrideKind, metadata: { name: title }, labels: patch }
  return { value, apiVersion, kind: overrideKind, namespace: '', name: title, place, at: () => place }
}

/** The patch of an override object. */
export function patchOf(object: ManifestObject): LabelPatch {
  const { labels } = object.value
  return isObject(labels) ? (labels as LabelPatch) : {}
}

/** Labels after a patch. */
export function patched(labels: Labels, patch: LabelPatch): Labels {
  const merged = Object.entries({ ...labels, ...patch })
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null))
}

/**
 * Applies overrides by title. An override without an object is a problem, because a step names an object that does not
 * exist.
 */
export function createOverrides(objects: readonly ManifestObject[]) {
  const overrides = new Map(objects.filter(({ kind }) => kind === overrideKind).map((object) => [object.name, object]))
  const titles = new Set<string>()
  return {
    isEmpty: overrides.size === 0,
    labelsOf: (title: string, labels: Labels): Labels => {
      if (overrides.size === 0) return labels
      titles.add(title)
      const override = overrides.get(title)
      return override === undefined ? labels : patched(labels, patchOf(override))
    },
    reportUnused: (problems: Problem[]): void => {
      for (const [title, { place }] of overrides) {
        if (titles.has(title)) continue
        const hint = didYouMean(title, titles)
        const message = `${title}: there is no such object to label`
        problems.push({ severity: 'error', message, place, ...(hint === undefined ? {} : { hint }) })
      }
    },
  }
}

/** The labels in an object's metadata. Invalid labels are ignored. */
export function ownLabels(object: ManifestObject): Labels {
  return parseLabels(fieldAt(rootOf(object, []), 'metadata', 'labels'))
}
