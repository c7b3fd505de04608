import type { PredictedVerdict } from '../predict/hop-prediction.ts'
import type { PathPrediction } from '../predict/predict.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import {
  destinationText,
  type EndpointVerdict,
  type Evidence,
  inconclusive,
  type Verdict,
  verdictsAtAddresses,
} from './endpoint-verdict.ts'

/**
 * Compares prediction (P), expectation (E) and observation (O), as in docs/verdicts.md#what-is-compared:
 *
 *     E = O = open, P denies      pass, flagged `unenforced`
 *     E = O = blocked, P allows   inconclusive: `unexplained_block`, unless the path says what blocks it
 *     P = O, E differs            fail: `policy`
 *     E = P, O differs            fail: `enforcement`
 *
 * If the prediction is unknown, the verdict of the observation stays.
 */
export function crossCheck(verdict: Verdict, evidence: Evidence, prediction: PathPrediction): Verdict {
  const { path } = evidence.planned
  if (verdict.status === 'pass') {
    if (path.expect.kind === 'blocked') return unexplained(verdict, evidence, prediction)
    if (prediction.verdict !== 'deny' || path.target.kind === 'dns') return verdict
    return { ...verdict, cause: 'unenforced', sentence: 'a policy says that this is blocked, and packets pass' }
  }
  if (verdict.status === 'fail' && verdict.cause === 'dns') return unresolved(verdict, evidence, prediction)
  if (verdict.status !== 'fail' || !decidedByPackets.has(verdict.cause ?? '') || isBlockedElsewhere(path))
    return verdict
  const pairs = verdictsAtAddresses(evidence).flatMap((endpointVerdict) => pairOf(endpointVerdict, prediction))
  const against = pairs.filter(({ seen, predicted }) => seen !== predicted)
  if (against.length > 0) {
    const [first] = against
    const yet = first?.predicted === 'deny' ? 'yet packets pass' : 'yet packets do not pass'
    const sentence = `${verdict.sentence}; policies ${first?.predicted} ${first?.text}, ${yet}`
    return { ...verdict, cause: 'enforcement', sentence }
  }
  const wanted = path.expect.kind === 'blocked' ? 'allow' : 'deny'
  const isPredicted = prediction.verdict !== 'undefined' && pairs.some(({ seen }) => seen === wanted)
  return isPredicted ? { ...verdict, cause: 'policy' } : verdict
}

/** If policies block every address of the name as well, they are the cause, not the name. */
function unresolved(verdict: Verdict, evidence: Evidence, { reach, unresolvable }: PathPrediction): Verdict {
  const { target } = evidence.planned.path
  if (target.kind === 'dns') return verdict
  const sentence = unresolvable ?? verdict.sentence
  const endpointVerdicts = verdictsAtAddresses(evidence)
  const [first] = endpointVerdicts
  if (
    reach !== 'deny' ||
    first === undefined ||
    endpointVerdicts.some(({ connectionVerdict }) => connectionVerdict.state !== 'blocked')
  )
    return { ...verdict, sentence }
  const blocked = { ...verdict, cause: 'policy', sentence: `${sentence}; policies block ${target.name}` } as const
  const { state, outcome } = first.connectionVerdict
  if (unresolvable === undefined || state !== 'blocked') return blocked
  return { ...blocked, seen: 'blocked', observed: outcome, control: first.connectionVerdict.controls }
}

const decidedByPackets = new Set<string>(['open', 'blocked', 'partly_open'])

/** If the path says that a mesh or a firewall blocks it, policies do not explain the block. */
export function isBlockedElsewhere({ expect }: ScenarioPath): boolean {
  return expect.kind === 'blocked' && (expect.layer === 7 || expect.blockedBy !== undefined)
}

/** A block that no policy explains points to a broken source, overlay or node. */
function unexplained(verdict: Verdict, { planned }: Evidence, prediction: PathPrediction): Verdict {
  if (isBlockedElsewhere(planned.path) || prediction.verdict !== 'allow') return verdict
  const sentence =
    'blocked, and no policy explains it: a broken overlay or node looks like this; where something else blocks it, say so with blockedBy'
  return inconclusive('unexplained_block', sentence, {
    ...verdict,
    status: 'inconclusive',
    cause: 'unexplained_block',
    sentence,
  })
}

interface Pair {
  readonly text: string
  readonly seen: PredictedVerdict
  readonly predicted: PredictedVerdict
}

/** Pairs of observation and prediction for the same address. */
function pairOf({ plannedCheck, connectionVerdict }: EndpointVerdict, { byPlannedCheck }: PathPrediction): Pair[] {
  const verdicts = [...new Set((byPlannedCheck.get(plannedCheck) ?? []).map((hop) => hop.verdict))]
  const [predicted] = verdicts
  if (predicted === undefined || verdicts.length > 1 || predicted === 'undefined') return []
  if (connectionVerdict.state === 'open' || connectionVerdict.state === 'leak')
    return [{ text: destinationText(plannedCheck), seen: 'allow', predicted }]
  if (connectionVerdict.state === 'blocked') return [{ text: destinationText(plannedCheck), seen: 'deny', predicted }]
  return []
}
