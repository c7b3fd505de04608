import { matchesSelector } from '../selector.ts'
import type { LabelSelector, Labels } from '../types.ts'

/** Labels that occur, by number: pods and namespaces with the same labels share one. -1: not numbered, nothing is remembered of it. */
export interface LabelSet {
  readonly id: number
  readonly labels: Labels
}

/** A selector of some policy; equal selectors are one, and remember whom they match. */
export interface Selector {
  readonly selector: LabelSelector
  readonly everything: boolean
  /** By number of the label set: 0 not asked yet, 1 no, 2 yes. */
  memo: Uint8Array | undefined
}

export interface Labelling {
  readonly sets: Map<string, LabelSet>
  readonly selectors: Map<string, Selector>
}

export function newLabelling(): Labelling {
  return { sets: new Map(), selectors: new Map() }
}

/** The number of a set of labels; all that occur in a world are numbered before the first selector is asked. */
export function labelSet(labelling: Labelling, labels: Labels): LabelSet {
  const key = canonical(labels)
  const known = labelling.sets.get(key)
  if (known !== undefined) return known
  const set = { id: labelling.sets.size, labels }
  labelling.sets.set(key, set)
  return set
}

/** The same labels as a known set, or a set of their own that is not numbered. */
export function foreignLabelSet(labelling: Labelling, labels: Labels): LabelSet {
  return labelling.sets.get(canonical(labels)) ?? { id: -1, labels }
}

/** One object for equal selectors. */
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

/** Whether a selector matches labels; asked once per selector and numbered set. */
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

/** Pods may share their labels. */
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
