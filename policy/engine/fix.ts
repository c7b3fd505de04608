import type { Candidate } from './candidate.ts'
import type { Compiled } from './compiled.ts'
import type { Listening } from './corrections.ts'
import type { Edit } from './edits.ts'
import { type Effects, effectsIn, sizeOf } from './effects.ts'
import { obstacleOf } from './obstacle.ts'
import { nameOf, pathOf } from './path.ts'
import type { DifferenceOptions } from './pod-groups.ts'
import { predict, verdictOf } from './predict.ts'
import type { Query } from './query.ts'
import { recompile } from './recompile.ts'
import type { Actor } from './subjects.ts'
import { waysToAllow } from './ways-to-allow.ts'
import { waysToBlock } from './ways-to-block.ts'

/** A verified change: its result for the queried connections, and all its other effects. */
export interface Fix extends Effects {
  readonly verdict: 'allow' | 'deny'
  readonly edits: readonly Edit[]
  /** Whether it changes only what matches nothing today. */
  readonly corrects: boolean
  /** The queries that it does not fix. */
  readonly remaining: readonly Query[]
}

export interface FixOptions extends Pick<DifferenceOptions, 'fold' | 'outside'> {
  /** Default: allowed if any query is denied, otherwise denied. */
  readonly wanted?: Fix['verdict'] | undefined
  /** Other queries that a fix may allow. They count as effects. */
  readonly also?: readonly Query[]
  readonly listening?: Listening
  /** Formats an end for sentences. Default: the name of the pod. */
  readonly called?: (actor: Actor) => string
}

/**
 * Finds changes of policies or labels that allow all the queries, or deny all of them when none is denied now. Order: first corrections of
 * items that match nothing, then fewest side effects, then smallest size; label changes come last. Returns none if no NetworkPolicy
 * decides.
 */
export function fixesOf(queries: readonly Query[], compiled: Compiled, options: FixOptions = {}): Fix[] {
  const possible = wantedOf(queries, compiled)
  const { wanted = possible } = options
  if (wanted === undefined || wanted !== possible) return []
  const paths = queries.flatMap((query) => {
    const path = pathOf(query, compiled)
    return 'kind' in path ? [] : [path]
  })
  const { listening = ({ ports }) => ports, called = nameOf, also = [], fold, outside } = options
  const trial: Trial = {
    queries: [...also, ...queries],
    wanted,
    base: compiled,
    listening,
    called,
    effects: effectsIn(compiled, paths, { ...(fold && { fold }), ...(outside === undefined ? {} : { outside }) }),
  }
  const found = extended(unchanged(compiled), trial, alternatives)
  return [...new Map(found.map((each) => [keyOf(each), each])).values()]
    .filter(({ edits }) => edits.length > 0)
    .toSorted((a, b) => a.remaining.length - b.remaining.length || inOrder(a, b))
    .map(({ edits, corrected, remaining, effects }) => ({
      verdict: wanted,
      edits,
      corrects: corrected > 0,
      remaining,
      ...effects,
    }))
}

/** The number of alternatives to explore at each obstacle of the best candidate. */
const alternatives = 3

function wantedOf(queries: readonly Query[], compiled: Compiled): Fix['verdict'] | undefined {
  const verdicts = queries.flatMap((query) => {
    const found = verdictOf(query, compiled)
    return 'kind' in found ? [] : [found.verdict]
  })
  if (verdicts.includes('deny')) return 'allow'
  return verdicts.includes('allow') ? 'deny' : undefined
}

interface Trial {
  readonly queries: readonly Query[]
  readonly wanted: Fix['verdict']
  readonly base: Compiled
  readonly listening: Listening
  readonly called: (actor: Actor) => string
  readonly effects: ReturnType<typeof effectsIn>
}

/** The world after the edits so far. */
interface Attempt {
  readonly edits: readonly Edit[]
  readonly compiled: Compiled
  readonly size: number
  readonly corrected: number
  readonly effects: Effects
  readonly remaining: readonly Query[]
}

const noEffects: Effects = { opens: [], closes: [], unclear: [] }

function unchanged(compiled: Compiled): Attempt {
  return { edits: [], compiled, size: 0, corrected: 0, effects: noEffects, remaining: [] }
}

/** Removes obstacles one by one, each with the best candidate. For the first few obstacles it also explores alternatives. */
function extended(attempt: Attempt, trial: Trial, others: number): Attempt[] {
  const remaining = trial.queries.filter((query) => !isWanted(query, attempt.compiled, trial))
  if (remaining.length === 0) return [{ ...attempt, remaining }]
  const ways = waysPast(remaining, attempt.compiled, trial)
    .flatMap((way) => tried(way, attempt, { ...trial, remaining }))
    .toSorted(inOrder)
  const [best, ...more] = ways
  if (best === undefined) return [{ ...attempt, remaining }]
  return [...extended(best, trial, others), ...more.slice(0, others).flatMap((way) => extended(way, trial, 0))]
}

function isWanted(query: Query, compiled: Compiled, { wanted }: Pick<Trial, 'wanted'>): boolean {
  const found = verdictOf(query, compiled)
  return 'kind' in found || found.verdict === wanted
}

function waysPast(queries: readonly Query[], compiled: Compiled, trial: Trial): Candidate[] {
  const { queries: all, wanted, listening, called } = trial
  if (wanted === 'allow') {
    const obstacle = obstacleOf(queries, all, compiled)
    return obstacle === undefined ? [] : waysToAllow(obstacle, { compiled, listening, called })
  }
  for (const query of queries) {
    const [path, prediction] = [pathOf(query, compiled), predict(query, compiled)]
    if ('kind' in path || prediction.kind === 'unanswerable' || prediction.verdict !== 'allow') continue
    return [prediction.ingress, prediction.egress].flatMap((side) => waysToBlock(side, path, { compiled, called }))
  }
  return []
}

/** Adds a candidate's edits to the attempt if the result is closer to the wanted verdict. */
function tried(
  { edits: own, size, corrects }: Candidate,
  attempt: Attempt,
  trial: Trial & { readonly remaining: readonly Query[] },
): Attempt[] {
  const edits = own.reduce(withEdit, attempt.edits)
  const edited = recompile(trial.base, edits)
  if (!isNearer(edited.compiled, attempt.compiled, trial)) return []
  return [
    {
      edits,
      compiled: edited.compiled,
      remaining: [],
      size: attempt.size + size,
      corrected: attempt.corrected + Number(corrects),
      effects: trial.effects(edits, edited),
    },
  ]
}

/** Whether fewer sides than before contradict the wanted verdict. */
function isNearer(after: Compiled, before: Compiled, trial: Trial & { readonly remaining: readonly Query[] }): boolean {
  const against = (compiled: Compiled) =>
    trial.remaining.reduce((sum, query) => sum + sidesAgainst(query, compiled, trial), 0)
  return against(after) < against(before)
}

function sidesAgainst(query: Query, compiled: Compiled, trial: Trial): number {
  if (isWanted(query, compiled, trial)) return 0
  const prediction = predict(query, compiled)
  if (trial.wanted === 'deny' || prediction.kind === 'unanswerable') return 1
  return [prediction.egress, prediction.ingress].filter(({ allowed }) => !allowed).length
}

/** Adds one edit. If the edits already change or add this policy, updates that edit. */
function withEdit(edits: readonly Edit[], edit: Edit): Edit[] {
  if (edit.kind !== 'change policy') return [...edits, edit]
  const at = edits.findIndex((each) => policyAfter(each) === edit.before)
  const earlier = edits[at]
  if (earlier === undefined) return [...edits, edit]
  const what = `${earlier.what}; ${edit.what}`
  const merged: Edit =
    earlier.kind === 'change policy'
      ? { ...earlier, after: edit.after, what }
      : { kind: 'add policy', policy: edit.after, what }
  return edits.with(at, merged)
}

function policyAfter(edit: Edit) {
  return edit.kind === 'change policy' ? edit.after : edit.kind === 'add policy' ? edit.policy : undefined
}

function inOrder(a: Attempt, b: Attempt): number {
  return b.corrected - a.corrected || labels(a) - labels(b) || sizeOf(a.effects) - sizeOf(b.effects) || a.size - b.size
}

/** Labels can affect more than policies: Services, controllers, other tools. */
function labels({ edits }: Attempt): number {
  return edits.filter(({ kind }) => kind === 'label pods' || kind === 'label namespace').length
}

function keyOf({ edits }: Attempt): string {
  return JSON.stringify(
    edits.map((edit) => (edit.kind === 'label pods' || edit.kind === 'label namespace' ? edit : policyAfter(edit))),
  )
}
