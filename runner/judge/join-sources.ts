import { differenceText } from '../plan/pod-places.ts'
import type { PathResult, PlaceResult, Predicted, Seen, Status } from '../result/path-result.ts'
import type { Expectation } from '../scenario/model.ts'

type Result = Omit<PathResult, 'index'>

/** The result of a path from one place of its source. */
export interface PlacedResult {
  /** `node n1`; undefined for a source that is in one place only. */
  readonly place: string | undefined
  readonly result: Result
  /** The predicted answer as a word. */
  readonly word?: string
}

/** Merges results into one per source and family. The result of the worst place gives the evidence. */
export function joinSources(all: readonly PlacedResult[], expect: Expectation): Result[] {
  const groups = Map.groupBy(all, ({ result: { from, family } }) => JSON.stringify([from, family]))
  return [...groups.values()].flatMap((group) =>
    group.length > 1 && group.every(({ place }) => place !== undefined)
      ? [joined(group as readonly PlacedSomewhere[], expect)]
      : group.map(({ result }) => result),
  )
}

type PlacedSomewhere = PlacedResult & { readonly place: string }

const gravity: readonly Status[] = ['fail', 'inconclusive', 'pass', 'predicted', 'skipped']

function joined(group: readonly PlacedSomewhere[], expect: Expectation): Result {
  const ordered = group.toSorted((a, b) => gravity.indexOf(a.result.status) - gravity.indexOf(b.result.status))
  const worst = ordered[0]!.result
  const predicted = predictedOf(ordered, expect)
  return {
    ...worst,
    seen: seenOf(group),
    ...(predicted === undefined ? {} : { predicted }),
    explanation: [...differences(group), ...explanations(ordered)],
    places: group.map(placeOf),
  }
}

function placeOf({ place, result: { status, seen, predicted, source } }: PlacedSomewhere): PlaceResult {
  return { place, status, seen, predicted: predicted?.verdict, source }
}

function seenOf(group: readonly PlacedResult[]): Seen {
  const [first, ...others] = new Set(group.map(({ result }) => result.seen))
  if (first === undefined || others.length === 0) return first ?? 'unknown'
  const seen = [first, ...others]
  const isSplit = seen.includes('partly') || (seen.includes('open') && seen.includes('blocked'))
  return isSplit ? 'partly' : 'unknown'
}

/** The prediction of the merged path: it is as expected only if it is so from every place. */
function predictedOf(group: readonly PlacedResult[], expect: Expectation): Predicted | undefined {
  const predictions = group.flatMap(({ result }) => result.predicted ?? [])
  if (predictions.length < group.length) return undefined
  const verdicts = predictions.map(({ verdict }) => verdict)
  const [bad, good] = expect.kind === 'blocked' ? (['allow', 'deny'] as const) : (['deny', 'allow'] as const)
  const verdict = verdicts.includes(bad) ? bad : verdicts.every((each) => each === good) ? good : 'undefined'
  const [first, ...others] = predictions.toSorted(
    (a, b) => Number(b.verdict === verdict) - Number(a.verdict === verdict),
  )
  if (first === undefined) return undefined
  const [sentence, ...more] = first.evidence
  const evidence = new Set([
    ...more,
    ...others.filter((each) => each.verdict === verdict).flatMap((each) => each.evidence),
  ])
  evidence.delete(sentence)
  const rules = [...new Set(predictions.flatMap((each) => each.rules ?? []))].toSorted((a, b) => a - b)
  return { verdict, evidence: [sentence, ...evidence], rules }
}

const seenWords = { open: 'allowed', blocked: 'blocked', partly: 'partly allowed', unknown: 'not known' } as const

/** `differs by node: allowed from node a, blocked from node b`; empty if all places agree. */
function differences(group: readonly PlacedSomewhere[]): string[] {
  const text = differenceText(group.map(({ place, result, word }) => ({ place, word: word ?? seenWords[result.seen] })))
  return text === undefined ? [] : [text]
}

/** Each explanation once, with its places if it does not hold for all. */
function explanations(group: readonly PlacedSomewhere[]): string[] {
  const told = group.filter(({ result }) => result.explanation.length > 0)
  const alike = [...Map.groupBy(told, ({ result }) => JSON.stringify(result.explanation)).values()]
  return alike.flatMap((same) => {
    const [first = '', ...more] = same[0]!.result.explanation
    if (same.length === group.length) return [first, ...more]
    return [`from ${same.map(({ place }) => place).join(', ')}: ${first}`, ...more]
  })
}
