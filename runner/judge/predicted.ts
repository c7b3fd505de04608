import { isPublic } from '../../fabric/public-suffix.ts'
import type { World } from '../../fabric/world.ts'
import { namedBy } from '../plan/names.ts'
import type { PlannedPath } from '../plan/paths.ts'
import type { PlanEntry, Stage } from '../plan/stage.ts'
import { evidenceOf } from '../predict/evidence.ts'
import type { PathPrediction, Predict } from '../predict/predict.ts'
import type { Cause, PathResult, Status } from '../result.ts'
import type { Scenario } from '../scenario/model.ts'
import { concludeUnmeasured, type Position } from './conclude.ts'
import { explain } from './explain.ts'
import { notSimulated } from './not-simulated.ts'
import { inconclusive } from './verdict.ts'

export interface JudgePredictedOptions {
  readonly stage: Stage
  readonly scenario: Scenario
  readonly world: World
  readonly predict: Predict
}

type Result = Omit<PathResult, 'index'>

/** What the policies and the objects alone say of a path: `predicted` where that is what is expected, never a pass. */
export function judgePredicted({ cast, planned }: PlanEntry, options: JudgePredictedOptions): Result[] {
  const { stage, scenario } = options
  const position: Position = { scenario: scenario.name, ...(stage.name === undefined ? {} : { step: stage.name }) }
  const name = cast.path.source.name
  if (cast.skip !== undefined)
    return [concludeUnmeasured(cast, name, { position, status: 'skipped', explanation: [cast.skip] })]
  if (planned.length === 0) {
    const explanation = [`the source cannot be had: ${cast.note ?? 'it stands for nothing'}`]
    return [concludeUnmeasured(cast, name, { position, status: 'inconclusive', cause: 'source_missing', explanation })]
  }
  return planned.map((each) => resultOf(each, cast, { ...options, position }))
}

interface Judged {
  readonly status: Status
  readonly cause?: Cause
  readonly sentence?: string
}

function resultOf(
  planned: PlannedPath,
  cast: PlanEntry['cast'],
  { position, world, predict }: JudgePredictedOptions & { position: Position },
): Result {
  const prediction = predict(planned, undefined)
  const judged =
    planned.path.target.kind === 'dns' ? judgeName(planned, prediction, world) : judgePath(planned, prediction, world)
  const { status, cause, sentence } = judged
  const about =
    cause === undefined
      ? []
      : explain(planned, { ...inconclusive(cause, ''), status: 'fail' }, { world, source: undefined, prediction })
  return {
    ...concludeUnmeasured(cast, planned.source.name, {
      position,
      status,
      ...(cause === undefined ? {} : { cause }),
      explanation: [...(sentence === undefined ? [] : [sentence]), ...about],
    }),
    ...(planned.family === undefined ? {} : { family: planned.family }),
    predicted: { verdict: prediction.verdict, evidence: evidenceOf(prediction) },
  }
}

function judgePath(planned: PlannedPath, { verdict }: PathPrediction, world: World): Judged {
  const { gap, path } = planned
  const mustWork = path.expect.kind !== 'blocked'
  if (gap !== undefined && gap.cause !== 'external_name') {
    const absent = notSimulated(planned, inconclusive(gap.cause, gap.sentence), world)
    if (absent?.cause !== undefined)
      return { status: 'inconclusive', cause: absent.cause, sentence: absent.sentence ?? gap.sentence }
    return { status: mustWork ? 'fail' : 'inconclusive', cause: gap.cause, sentence: gap.sentence }
  }
  if (verdict === 'undefined')
    return { status: 'inconclusive', cause: 'no_control', sentence: 'the policies promise nothing here' }
  if ((verdict === 'allow') === mustWork) return { status: 'predicted' }
  if (!mustWork && path.expect.kind === 'blocked' && (path.expect.layer === 7 || path.expect.blockedBy !== undefined))
    return {
      status: 'inconclusive',
      cause: 'no_control',
      sentence: 'it must be blocked by something that is no NetworkPolicy',
    }
  return {
    status: 'fail',
    cause: 'policy',
    sentence: mustWork ? 'policies block it, but it must work' : 'policies admit it, but it must be blocked',
  }
}

/** A question to DNS: whether the policies let it reach a server, and what the cluster's own names answer. */
function judgeName({ path, source }: PlannedPath, { verdict, dns }: PathPrediction, world: World): Judged {
  const { target, expect } = path
  if (target.kind !== 'dns') return { status: 'inconclusive' }
  if (expect.kind === 'blocked')
    return verdict === 'deny'
      ? { status: 'predicted' }
      : { status: 'fail', cause: 'policy', sentence: 'policies admit questions to DNS' }
  if (dns.length > 0 && verdict === 'deny')
    return { status: 'fail', cause: 'policy', sentence: 'policies stop its questions to DNS' }
  const named = namedBy(target.host, source.namespace, world)
  if (named.kind === 'external' && isPublic(named.host))
    return { status: 'inconclusive', cause: 'no_control', sentence: `${target.host} is a name outside the cluster` }
  const rcode = named.kind === 'nothing' || named.kind === 'external' ? 'NXDOMAIN' : 'NOERROR'
  const wanted = expect.kind === 'dns' ? (expect.rcode ?? 'NOERROR') : 'NOERROR'
  if (rcode === wanted) return { status: 'predicted' }
  return {
    status: 'fail',
    cause: expect.kind === 'dns' ? 'answer' : 'dns',
    sentence: `DNS would answer ${rcode}, expected ${wanted}`,
  }
}
