import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { World } from '../../fabric/world.ts'
import type { Party } from '../../policy/engine/query.ts'
import type { Problem } from '../../policy/types.ts'
import type { Undeclared } from '../plan/listeners.ts'
import type { PlannedSource } from '../plan/sources.ts'
import type { HopPrediction } from '../predict/hop-prediction.ts'
import { partyOf } from '../predict/party.ts'
import { createPredictor, type TargetPrediction } from '../predict/predict.ts'
import { shellWord } from '../shell-word.ts'
import { type Asked, askedFor, type Ends } from './asked.ts'
import { type Decided, fixesFor, type Ground } from './fixes.ts'
import { folded } from './folded.ts'
import type { Explanation, HopExplanation, PathChanges } from './model.ts'
import { wayTo } from './way.ts'

export interface ExplainOptions {
  readonly world: World
  /** What the world was made from: a changed policy keeps its metadata. */
  readonly objects: readonly ManifestObject[]
  /** What `crosscheck check` is given to prove it in the same world: `--lab` and `-f manifests/`, `--context kind-staging`, or nothing; quoted for a shell. */
  readonly where: readonly string[]
  /** Of a live cluster: what was written on this path of late. */
  readonly changes?: PathChanges
  /** What lint finds in policies, by `namespace/name`, in lines. */
  readonly lint?: (policies: readonly string[]) => readonly string[]
}

/** Why a path is open or not, and what would change that; what is wrong with the words of the question are problems. */
export function explainPath(ends: Ends, options: ExplainOptions): Explanation | { readonly problems: Problem[] } {
  const asked = askedFor(ends, options.world)
  return 'problems' in asked ? asked : explainAsked(asked, options)
}

/** The same of a path whose ends were found already. */
export function explainAsked(asked: Asked, options: ExplainOptions): Explanation {
  const { ends } = asked
  const { world, objects, changes, lint = () => [] } = options
  const { predictor, predicted, ...answer } = answerTo(asked, world)
  const ground: Ground = { world, objects, compiled: predictor.hop.compiled }
  const remains = (wanted: 'allow' | 'deny', after: World) => whatRemains(ends, wanted, after)
  return {
    ...ends,
    ...answer,
    changes,
    fixes: fixesFor(decidedIn(predicted, world), ground, { remains, lint }),
    proof: proofOf({ ...ends, verdict: answer.verdict, where: options.where }),
  }
}

/** What is predicted for one place of the source. */
interface Predicted {
  readonly source: PlannedSource
  readonly prediction: TargetPrediction
}

function answerTo({ sources, target, aims, gap }: Asked, world: World) {
  const predictor = createPredictor(world)
  const predicted = sources.map((source): Predicted => {
    const prediction = predictor.target({ source, target, destinations: { aims, gap } }, undefined)
    return { source, prediction: gap?.declared === true ? { ...prediction, hops: [] } : prediction }
  })
  const way = [
    ...sources.flatMap(({ place, note }) => (note === undefined ? [] : [`${place ?? 'the source'} ${note}`])),
    ...wayTo(target, sources[0].namespace, world),
    ...(gap === undefined ? [] : [gap.sentence]),
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
    verdict: listened(verdictOf(prediction, gap), prediction.undeclared),
  }))
  const unread = new Set(predicted.flatMap(({ prediction }) => unreadOf(prediction, gap)))
  return {
    ...{ predictor, predicted, verdict: together(verdicts.map(({ verdict }) => verdict)), unread: [...unread], way },
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

/** The answers from all places of a source in one word. */
function together(verdicts: readonly Explanation['verdict'][]): Explanation['verdict'] {
  const [first = 'undefined', ...others] = new Set(verdicts)
  if (others.length === 0) return first
  const all = [first, ...others]
  const isSplit = all.includes('partly') || (all.includes('allow') && all.some((each) => each !== 'undefined'))
  return isSplit ? 'partly' : 'undefined'
}

/** What policies allow is of no use where nothing listens. */
function listened(verdict: Explanation['verdict'], { missing }: Undeclared): Explanation['verdict'] {
  if (verdict !== 'allow' || missing === undefined) return verdict
  return missing.cause === 'partly_open' ? 'partly' : 'unreachable'
}

/** Asks the same again in a world after a fix. */
function whatRemains(ends: Ends, wanted: 'allow' | 'deny', world: World): string[] {
  const asked = askedFor(ends, world)
  if ('problems' in asked) return asked.problems.map(({ message }) => message)
  const { verdict, unread, way, dns, hops } = answerTo(asked, world)
  if (verdict === wanted) return []
  if (verdict === 'unreachable') return way.slice(-1)
  const open = [...(wanted === 'allow' ? dns : []), ...hops].filter((hop) => hop.verdict !== wanted)
  const sentences = open.flatMap(({ to: [first = ''], sides, remarks }) => {
    const against = sides.filter(({ allowed }) => allowed === (wanted === 'deny')).map(({ why }) => why)
    return [...against, ...remarks].map((why) => `${first}: ${why}`)
  })
  return sentences.length > 0 ? sentences : [...unread, ...way.slice(-1)]
}

/** One word for the request and for the addresses: what `allowed` asserts, what `blocked` asserts, or that they differ. */
function verdictOf(
  { works, reach, hops, dns, unresolvable }: TargetPrediction,
  gap: Asked['gap'],
): Explanation['verdict'] {
  if (hops.length === 0) return gap !== undefined && gap.hidden !== true ? 'unreachable' : 'undefined'
  if (reach === 'deny') return 'deny'
  const verdicts = new Set(hops.map(({ verdict }) => verdict))
  if (works === 'allow' && verdicts.size === 1) return 'allow'
  if (verdicts.has('allow') && verdicts.has('deny')) return 'partly'
  if (unresolvable !== undefined && reach === 'allow') return 'unresolved'
  const dnsBlocked = dns.length > 0 && dns.every(({ verdict }) => verdict === 'deny')
  return works === 'deny' && dnsBlocked && !verdicts.has('deny') ? 'unresolved' : 'undefined'
}

function unreadOf({ hops, dns, servers }: TargetPrediction, gap: Asked['gap']): string[] {
  const hidden = gap?.hidden === true ? [gap.sentence] : []
  const names = servers.hidden ? servers.remarks : []
  return [...new Set([...hidden, ...[...hops, ...dns].flatMap(({ unseen }) => unseen), ...names])]
}

/** What of the predictions NetworkPolicies decide; name servers only where it is known that they are asked. */
function decidedIn(predicted: readonly Predicted[], world: World): Decided {
  const queries = ({ identity }: PlannedSource, all: readonly HopPrediction[]) =>
    all.flatMap(({ hop, unseen, verdict }) => {
      const from = existing(partyOf(identity, hop.query.family ?? 4, { world, probe: undefined }), world)
      return from === undefined || unseen.length > 0 ? [] : [{ query: { from, ...hop.query }, verdict }]
    })
  return {
    servers: predicted.flatMap(({ source, prediction: { dns, servers } }) =>
      servers.unsure ? [] : queries(source, dns),
    ),
    endpoints: predicted.flatMap(({ source, prediction: { hops } }) => queries(source, hops)),
  }
}

/** A pod of the world is asked about as itself, so that its labels can be part of a fix. */
function existing(party: Party | undefined, { pods }: World): Party | undefined {
  if (party?.kind !== 'given') return party
  const { namespace, name } = party.pod
  return pods.some((pod) => pod.namespace === namespace && pod.name === name) ? { kind: 'pod', namespace, name } : party
}

function proofOf({
  from,
  to,
  verdict,
  where,
}: Ends & Pick<Explanation, 'verdict'> & Pick<ExplainOptions, 'where'>): string {
  const expect = verdict === 'allow' ? ['--expect open'] : verdict === 'deny' ? ['--expect blocked'] : []
  return ['crosscheck check', shellWord(from), shellWord(to), ...where, ...expect].join(' ')
}
