import { matchesSelector } from '../selector.ts'
import type { LabelSelector, Labels } from '../types.ts'

/** A numbered set of labels. Pods and namespaces with the same labels share one. Number -1: not numbered, so results are not cached. */
export interface LabelSet {
  readonly id: number
  readonly labels: Labels
}

/** A selector of a policy. Equal selectors share one object, which caches its matches. */
export interface Selector {
  readonly selector: LabelSelector
  readonly everything: boolean
  /** By number of the label set: 0 not evaluated yet, 1 no match, 2 match. */
  memo: Uint8Array | undefined
}

export interface Labelling {
  readonly sets: Map<string, LabelSet>
  readonly selectors: Map<string, Selector>
}

export function newLabelling(): Labelling {
  return { sets: new Map(), selectors: new Map() }
}

/** Returns the number of a set of labels. All label sets of a world are numbered before the first selector is evaluated. */
export function labelSet(labelling: Labelling, labels: Labels): LabelSet {
  const key = canonical(labels)
  const known = labelling.sets.get(key)
  if (known !== undefined) return known
  const set = { id: labelling.sets.size, labels }
  labelling.sets.set(key, set)
  return set
}

/** Returns the known set with the same labels, or a new set without a number. */
export function foreignLabelSet(labelling: Labelling, labels: Labels): LabelSet {
  return labelling.sets.get(canonical(labels)) ?? { id: -1, labels }
}

/** Interns a selector: equal selectors return the same object. */
export function compileSelector(labelling: Labelling, selector: LabelSelector): Selector {
  const { matchLabels = {}, matchExpressions = [] } = selector
  const key = `${canonical(matchLabels)}${matchExpressions.length === 0 ? '' : JSON.stringify(matchExpressions)}`
  const known = labelling.selectors.get(key)
  if (known !== undefined) return known
  const everything = matchExpressions.length === 0 && Object.keys(matchLabels).length === 0
  const compiled: Selector = { selector, everything, memo: undefined }
  labelling.selectors.set(key, compiled)
  return compiled
}

/** Whether a selector matches labels. Evaluated once per selector and numbered set. */
export function selects(labelling: Labelling, selector: Selector, set: LabelSet): boolean {
  if (selector.everything) return true
  if (set.id < 0) return matchesSelector(selector.selector, set.labels)
  selector.memo ??= new Uint8Array(labelling.sets.size)
  const known = selector.memo[set.id]
  if (known) return known === 2
  const matches = matchesSelector(selector.selector, set.labels)
  selector.memo[set.id] = matches ? 2 : 1
  return matches
}

/** Cached per object, because pods may share their labels object. */
const texts = new WeakMap<Labels, string>()

function canonical(labels: Labels): string {
  const known = texts.get(labels)
  if (known !== undefined) return known
  const keys = Object.keys(labels)
  if (keys.length > 1) keys.sort()
  const text = keys.length === 0 ? '{}' : JSON.stringify(keys.map((key) => [key, labels[key]]))
  texts.set(labels, text)
  return text
}
