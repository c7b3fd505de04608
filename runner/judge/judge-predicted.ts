import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { World } from '../../fabric/world.ts'
import { unknownHost } from '../plan/destinations-of-target.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { PlanEntry, Stage } from '../plan/stage.ts'
import { citedRules } from '../predict/cited-rules.ts'
import { areDenied } from '../predict/hop-prediction.ts'
import type { PathPrediction, Predict } from '../predict/predict.ts'
import type { Cause, PathResult, Status } from '../result/path-result.ts'
import type { Scenario } from '../scenario/model.ts'
import { onlyItself } from './blocked.ts'
import { concludeUnmeasured, type Position } from './conclude.ts'
import { inconclusive } from './endpoint-verdict.ts'
import { explain } from './explain.ts'
import { joinSources } from './join-sources.ts'
import { notSimulated } from './not-simulated.ts'

export interface JudgePredictedOptions {
  readonly stage: Stage
  readonly scenario: Scenario
  readonly world: World
  readonly predict: Predict
}

type Result = Omit<PathResult, 'index'>

/** Judges a path by policies and objects alone. A path as expected is `predicted`, never `pass`. */
export function judgePredicted({ resolvedPath, planned }: PlanEntry, options: JudgePredictedOptions): Result[] {
  const { stage, scenario } = options
  const position: Position = { scenario: scenario.name, ...(stage.name === undefined ? {} : { step: stage.name }) }
  const name = resolvedPath.path.source.name
  if (resolvedPath.skip !== undefined)
    return [concludeUnmeasured(resolvedPath, name, { position, status: 'skipped', explanation: [resolvedPath.skip] })]
  if (planned.length === 0 && resolvedPath.itself.length === 0) {
    const explanation = [`the source cannot be had: ${resolvedPath.note ?? 'it stands for nothing'}`]
    return [
      concludeUnmeasured(resolvedPath, name, {
        position,
        status: 'inconclusive',
        cause: 'source_missing',
        explanation,
      }),
    ]
  }
  const placed = planned.map((each) => {
    const prediction = options.predict(each, undefined)
    const result = resultOf(each, resolvedPath, { ...options, position, prediction })
    return { place: each.source.place, word: wordOf(prediction), result }
  })
  return joinSources(placed, resolvedPath.path.expect)
}

/** The answer of one place of a source, in the words of an observation. */
function wordOf({ works, reach, hops, verdict }: PathPrediction): string {
  const verdicts = new Set(hops.map((hop) => hop.verdict))
  if (reach === 'allow' && verdicts.has('deny')) return 'partly allowed'
  if (works === 'allow' || reach === 'deny') return works === 'allow' ? 'allowed' : 'blocked'
  return { allow: 'allowed', deny: 'blocked', undefined: 'not known' }[verdict]
}

interface Judged {
  readonly status: Status
  readonly cause?: Cause
  readonly sentence?: string
  /** Evidence other than the policies. */
  readonly evidence?: readonly string[]
}

function resultOf(
  planned: PlannedPath,
  resolvedPath: PlanEntry['resolvedPath'],
  { position, world, prediction }: JudgePredictedOptions & { position: Position; prediction: PathPrediction },
): Result {
  const judged =
    planned.path.target.kind === 'dns' ? judgeName(planned, prediction, world) : judgePath(planned, prediction, world)
  const { status, cause, sentence, evidence = [] } = judged
  const about =
    cause === undefined
      ? []
      : explain(planned, { ...inconclusive(cause, ''), status: 'fail' }, { world, source: undefined, prediction })
  const [first, ...rest] = prediction.evidence
  return {
    ...concludeUnmeasured(resolvedPath, planned.source.name, {
      position,
      status,
      cause,
      explanation: [...(sentence === undefined ? [] : [sentence]), ...about],
    }),
    family: planned.family,
    predicted: {
      verdict: prediction.verdict,
      evidence: [first, ...rest, ...evidence],
      rules: citedRules([...prediction.dns, ...prediction.hops]),
    },
  }
}

function judgePath(
  planned: PlannedPath,
  { verdict, reach, dns, evidence, unresolvable, undeclared }: PathPrediction,
  world: World,
): Judged {
  const { unresolvedTarget, path } = planned
  const mustWork = path.expect.kind !== 'blocked'
  if (unresolvedTarget !== undefined && unresolvedTarget.cause !== 'external_name') {
    const absent = notSimulated(planned, inconclusive(unresolvedTarget.cause, unresolvedTarget.sentence), world)
    if (absent?.cause !== undefined)
      return { status: 'inconclusive', cause: absent.cause, sentence: absent.sentence ?? unresolvedTarget.sentence }
    return {
      status: mustWork ? 'fail' : 'inconclusive',
      cause: unresolvedTarget.cause,
      sentence: unresolvedTarget.sentence,
    }
  }
  if (!mustWork && path.target.kind !== 'dns' && unresolvedTarget === undefined && planned.addresses.length === 0)
    return { status: 'inconclusive', cause: 'self', sentence: onlyItself }
  if (mustWork && verdict !== 'deny' && unresolvable !== undefined)
    return { status: 'fail', cause: 'dns', sentence: unresolvable }
  if (verdict === 'undefined') return unknown(evidence[0])
  if (mustWork && reach !== 'deny' && areDenied(dns)) return { status: 'fail', cause: 'dns', sentence: withoutDns }
  const { assumed, missing } = undeclared
  if ((verdict === 'allow') === mustWork) {
    if (missing === undefined) return { status: 'predicted', evidence: assumed }
    // A closed port is unreachable without any policy.
    return mustWork ? { status: 'fail', ...missing } : { status: 'inconclusive', ...missing, cause: 'not_listening' }
  }
  if (!mustWork && path.expect.kind === 'blocked' && (path.expect.layer === 7 || path.expect.blockedBy !== undefined))
    return {
      status: 'inconclusive',
      cause: 'no_control',
      sentence: 'it must be blocked by something that is no NetworkPolicy',
    }
  return {
    status: 'fail',
    cause: 'policy',
    sentence: mustWork ? 'policies block it, but it must work' : 'policies allow it, but it must be blocked',
  }
}

const withoutDns = 'policies block its DNS queries, so that the name does not resolve'

function unknown(why: string): Judged {
  return { status: 'inconclusive', cause: 'no_control', sentence: `no prediction: ${why}` }
}

/** Judges a DNS query: whether policies allow it to reach a server, and what DNS answers for names of the cluster. */
function judgeName(
  { path, source }: PlannedPath,
  { verdict, evidence, unresolvable }: PathPrediction,
  world: World,
): Judged {
  const { target, expect } = path
  if (target.kind !== 'dns') return { status: 'inconclusive' }
  if (unresolvable !== undefined && expect.kind !== 'blocked')
    return { status: 'fail', cause: 'dns', sentence: unresolvable }
  if (verdict === 'undefined') return unknown(evidence[0])
  if (expect.kind === 'blocked')
    return verdict === 'deny'
      ? { status: 'predicted' }
      : { status: 'fail', cause: 'policy', sentence: 'policies allow its DNS queries' }
  if (verdict === 'deny') return { status: 'fail', cause: 'policy', sentence: 'policies block its DNS queries' }
  const named = lookUpHost(target.host, source.namespace, world)
  const unresolvedTarget = named.kind === 'nothing' ? unknownHost(target.host, named.missing) : undefined
  if (unresolvedTarget?.hidden === true)
    return { status: 'inconclusive', cause: 'not_simulated', sentence: unresolvedTarget.sentence }
  if (named.kind === 'external')
    return { status: 'inconclusive', cause: 'no_control', sentence: `${target.host} is a name outside the cluster` }
  const rcode = unresolvedTarget === undefined ? 'NOERROR' : 'NXDOMAIN'
  const wanted = expect.kind === 'dns' ? (expect.rcode ?? 'NOERROR') : 'NOERROR'
  const exists = unresolvedTarget?.sentence ?? 'an object has this name'
  if (rcode === wanted) return { status: 'predicted', evidence: [`DNS answers ${rcode} for ${target.host}: ${exists}`] }
  return {
    status: 'fail',
    cause: expect.kind === 'dns' ? 'answer' : 'dns',
    sentence: `DNS would answer ${rcode}, expected ${wanted}: ${exists}`,
  }
}
