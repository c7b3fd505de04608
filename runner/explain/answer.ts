import { assumptionsOf } from '../../fabric/assumptions.ts'
import type { World } from '../../fabric/world.ts'
import type { Undeclared } from '../plan/listeners.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import { areDenied, type HopPrediction } from '../predict/hop-prediction.ts'
import { createPredictor } from '../predict/predict.ts'
import type { TargetPrediction } from '../predict/target-prediction.ts'
import type { ResolvedEnds } from './endpoints.ts'
import { folded } from './folded.ts'
import type { Explanation, HopExplanation } from './model.ts'
import { resolutionOf } from './resolution.ts'

/** The prediction for one place of the source. */
export interface Predicted {
  readonly source: PlannedSource
  readonly prediction: TargetPrediction
}

/** The prediction of a path from all places of its source, and how the target resolves; without fixes. */
export function answerTo({ sources, target, destinations, unresolvedTarget }: ResolvedEnds, world: World) {
  const predictor = createPredictor(world)
  const predicted = sources.map((source): Predicted => {
    const prediction = predictor.target(
      { source, target, targetDestinations: { destinations, unresolvedTarget } },
      undefined,
    )
    return { source, prediction: unresolvedTarget?.declared === true ? { ...prediction, hops: [] } : prediction }
  })
  const way = [
    ...sources.flatMap(({ place, note }) => (note === undefined ? [] : [`${place ?? 'the source'} ${note}`])),
    ...resolutionOf(target, sources[0].namespace, world),
    ...(unresolvedTarget === undefined ? [] : [unresolvedTarget.sentence]),
    ...new Set(
      predicted.flatMap(({ prediction: { undeclared } }) => [
        ...(undeclared.missing === undefined ? [] : [undeclared.missing.sentence]),
        ...undeclared.assumed,
      ]),
    ),
    ...new Set(
      predicted.flatMap(({ prediction: { servers, unresolvable } }) =>
        unresolvable === undefined ? servers.remarks : [unresolvable],
      ),
    ),
  ]
  const verdicts = predicted.map(({ source, prediction }) => ({
    place: source.place,
    verdict: listened(verdictOf(prediction, unresolvedTarget), prediction.undeclared),
  }))
  const unread = new Set(predicted.flatMap(({ prediction }) => unreadOf(prediction, unresolvedTarget)))
  return {
    predictor,
    predicted,
    verdict: combinedVerdict(verdicts.map(({ verdict }) => verdict)),
    unread: [...unread],
    way,
    dependsOn: [...new Set(predicted.flatMap(({ prediction: { hops, dns } }) => doubtsOf([...hops, ...dns])))],
    assumed: assumptionsOf(world, { dns: predicted.some(({ prediction }) => prediction.dns.length > 0) }),
    places: verdicts.flatMap(({ place, verdict }) => (place === undefined ? [] : [{ place, verdict }])),
    dns: foldedOf(predicted, ({ dns, servers, dnsUnknown }) =>
      servers.unsure && dnsUnknown ? dns.map((hop) => ({ ...hop, verdict: 'undefined' as const })) : dns,
    ),
    hops: foldedOf(predicted, ({ hops }) => hops),
  }
}

function foldedOf(
  predicted: readonly Predicted[],
  hopsIn: (prediction: TargetPrediction) => readonly HopPrediction[],
): HopExplanation[] {
  return folded(
    predicted.flatMap(({ source: { place }, prediction }) =>
      hopsIn(prediction).map((prediction) => ({ place, prediction })),
    ),
  )
}

/** Combines the verdicts from all places of the source. */
function combinedVerdict(verdicts: readonly Explanation['verdict'][]): Explanation['verdict'] {
  const [first = 'undefined', ...others] = new Set(verdicts)
  if (others.length === 0) return first
  const all = [first, ...others]
  const isSplit = all.includes('partly') || (all.includes('allow') && all.some((each) => each !== 'undefined'))
  return isSplit ? 'partly' : 'undefined'
}

/** An allowed connection still fails if nothing listens. */
function listened(verdict: Explanation['verdict'], { missing }: Undeclared): Explanation['verdict'] {
  if (verdict !== 'allow' || missing === undefined || missing.isPod === true) return verdict
  return missing.cause === 'partly_open' ? 'partly' : 'unreachable'
}

/** Combines the verdict of the request (`allowed` asserts it) and of the addresses (`blocked` asserts it); `partly` if they differ. */
function verdictOf(
  { works, reach, hops, dns, unresolvable }: TargetPrediction,
  unresolvedTarget: ResolvedEnds['unresolvedTarget'],
): Explanation['verdict'] {
  const isMissing = unresolvedTarget !== undefined && unresolvedTarget.hidden !== true
  // Endpoints that are not ready have policies, but nothing routes to them.
  if (isMissing && unresolvedTarget.cause !== 'external_name') return 'unreachable'
  if (hops.length === 0) return isMissing ? 'unreachable' : 'undefined'
  if (reach === 'deny') return 'deny'
  const verdicts = new Set(hops.map(({ verdict }) => verdict))
  if (works === 'allow' && verdicts.size === 1) return 'allow'
  if (verdicts.has('allow') && verdicts.has('deny')) return 'partly'
  if (unresolvable !== undefined && reach === 'allow') return 'unresolved'
  return works === 'deny' && areDenied(dns) && !verdicts.has('deny') ? 'unresolved' : 'undefined'
}

function doubtsOf(hops: readonly HopPrediction[]): string[] {
  return hops.flatMap(({ doubt }) => doubt?.sentence ?? [])
}

function unreadOf(
  { hops, dns, servers }: TargetPrediction,
  unresolvedTarget: ResolvedEnds['unresolvedTarget'],
): string[] {
  const hidden = unresolvedTarget?.hidden === true ? [unresolvedTarget.sentence] : []
  const names = servers.hidden ? servers.remarks : []
  return [...new Set([...hidden, ...[...hops, ...dns].flatMap(({ unreadable }) => unreadable), ...names])]
}
