import type { Fabric } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import type { Measurement } from '../control/measurement.ts'
import type { Probes } from '../observe/probes.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { PlanEntry, Stage } from '../plan/stage.ts'
import { areDenied } from '../predict/hop-prediction.ts'
import type { PathPrediction, Predict } from '../predict/predict.ts'
import type { PathResult } from '../result/path-result.ts'
import type { Scenario } from '../scenario/model.ts'
import { conclude, concludeUnmeasured, type Position } from './conclude.ts'
import { crossCheck } from './cross-check.ts'
import { inconclusive, type Verdict } from './endpoint-verdict.ts'
import { explain } from './explain.ts'
import { fixLine, type WorldWords } from './fix-line.ts'
import { joinSources, type PlacedResult } from './join-sources.ts'
import { judge } from './judge.ts'
import { remeasured } from './leak-recheck.ts'
import { notEnforced } from './not-enforced.ts'
import { beyondTheLab, notSimulated, standInText } from './not-simulated.ts'
import { sourceAddressRemark } from './source-address.ts'
import { unspecified } from './unspecified.ts'

/** Why a measurement does not count, with the sentence of the report. */
export interface Doubt {
  readonly cause: 'world_changed' | 'not_run'
  readonly sentence: string
}

export interface JudgeAllOptions {
  readonly stage: Stage
  readonly scenario: Scenario
  readonly world: World
  readonly fabric: Fabric
  readonly probes: Probes
  readonly measurement: Measurement
  /** What the report says about paths that were measured until stable. */
  readonly remarks: ReadonlyMap<PlannedPath, string>
  readonly predict: Predict
  /** Paths whose measurement is incomplete because the run was interrupted: observations, controls or repeated measurements are missing. */
  readonly interrupted: ReadonlyMap<PlannedPath, string>
  /** Command-line arguments that name the world, quoted for a shell. */
  readonly worldWords?: readonly string[]
  /** Manifests that steps applied so far; undefined if the stage's world does not come from files. */
  readonly applied: Scenario['manifests'] | undefined
  /** Why measured paths are inconclusive nevertheless. */
  readonly doubt?: Doubt | undefined
  readonly signal: AbortSignal
}

/** Yields one result per path, source and family, in the order of the scenario. A source in several places has one result. */
export async function* judgeAll(
  plan: readonly PlanEntry[],
  options: JudgeAllOptions,
): AsyncGenerator<Omit<PathResult, 'index'>> {
  const { stage, scenario, probes } = options
  const position: Position = { scenario: scenario.name, ...(stage.name === undefined ? {} : { step: stage.name }) }
  for (const { resolvedPath, planned } of plan) {
    const name = resolvedPath.path.source.name
    if (resolvedPath.skip !== undefined) {
      yield concludeUnmeasured(resolvedPath, name, { position, status: 'skipped', explanation: [resolvedPath.skip] })
      continue
    }
    const placed: PlacedResult[] = missingSources(resolvedPath, probes).map((missing) => {
      const explanation = [`the source cannot be had: ${missing.why}`]
      const result = concludeUnmeasured(resolvedPath, missing.name ?? name, {
        position,
        status: 'inconclusive',
        cause: 'source_missing',
        explanation,
      })
      return { place: missing.place, result }
    })
    for (const path of planned)
      placed.push({ place: path.source.place, result: await judgeOne(path, position, options) })
    yield* joinSources(placed, resolvedPath.path.expect)
  }
}

interface Missing {
  readonly name?: string
  readonly place?: string
  readonly why: string
}

function missingSources({ sources, itself, note }: PlanEntry['resolvedPath'], probes: Probes): readonly Missing[] {
  if (sources.length === 0 && itself.length === 0) return [{ why: note ?? 'it stands for nothing' }]
  return sources.flatMap(({ key, name, place }) => {
    const why = probes.unavailable.get(key)
    return why === undefined ? [] : [{ name, place, why }]
  })
}

/** A path that is inconclusive already keeps its cause. */
function unlessDoubted(verdict: Verdict, { doubt }: JudgeAllOptions): Verdict {
  if (doubt === undefined || verdict.status === 'inconclusive') return verdict
  return inconclusive(doubt.cause, doubt.sentence, { control: verdict.control })
}

/** An incomplete measurement is inconclusive, whatever it seems to show. The result keeps the observation. */
function cutOff({ observed }: Verdict, sentence: string): Verdict {
  return inconclusive('not_run', sentence, observed === undefined ? {} : { observed })
}

/** Which listeners the lab assumes because containers do not declare the ports. On a cluster the packets show it. */
function assumedText({ undeclared: { assumed, missing } }: PathPrediction): readonly string[] {
  return missing === undefined ? assumed : [missing.sentence, ...assumed]
}

/** Where the world comes from: manifests on the command line, or a cluster, replace those of the scenario. */
function worldOf({ scenario, fabric, applied, worldWords = [] }: JudgeAllOptions): WorldWords {
  const isOwn = fabric.capabilities.builtFromManifests && !worldWords.some((word) => /^-[fk] /.test(word))
  return { words: worldWords, manifests: isOwn ? scenario.manifests : [], applied }
}

/** Explains a missing fix command: `crosscheck explain` cannot read the world after a step. */
function noCommand({ cause }: Verdict, { stage: { name }, applied, fabric }: JudgeAllOptions): string[] {
  if (cause !== 'policy' || applied !== undefined) return []
  const where = fabric.capabilities.builtFromManifests ? 'the manifests are' : 'after the run the cluster is'
  return [`\`crosscheck explain\` does not see this: ${where} without the change of step "${name}"`]
}

/** Whether a change of policies would change the result. */
function isAboutPolicies({ cause }: Verdict, { dns }: PathPrediction): boolean {
  return cause === 'policy' || (cause === 'dns' && areDenied(dns))
}

async function judgeOne(
  planned: PlannedPath,
  position: Position,
  options: JudgeAllOptions,
): Promise<Omit<PathResult, 'index'>> {
  const { world, probes, measurement, signal } = options
  const probe = probes.ready.get(planned.source.key)
  const evidence = { planned, ...measurement }
  const prediction = options.predict(planned, probe)
  const first = judge(evidence)
  const cut = options.interrupted.get(planned)
  const judged =
    (cut === undefined ? undefined : cutOff(first, cut)) ??
    notEnforced(prediction, first) ??
    notSimulated(planned, first, world) ??
    (options.fabric.capabilities.builtFromManifests
      ? (unspecified(planned, first, prediction) ?? beyondTheLab(planned, first, { prediction, world }))
      : undefined) ??
    crossCheck(first, evidence, prediction)
  const verdict = unlessDoubted(judged, options)
  const alone =
    verdict.cause === 'leak' && probe !== undefined ? await remeasured(planned, measurement, { probe, signal }) : []
  const fix = isAboutPolicies(verdict, prediction) ? fixLine(planned, worldOf(options)) : undefined
  const remark = options.remarks.get(planned)
  const settled = remark === undefined ? [] : [remark]
  const assumed = options.fabric.capabilities.builtFromManifests
    ? [...assumedText(prediction), ...standInText(planned, verdict)]
    : []
  const explanation = [
    ...alone,
    ...settled,
    ...assumed,
    ...sourceAddressRemark(verdict, probe),
    ...explain(planned, verdict, { world, source: probe?.pod, prediction }),
    ...noCommand(verdict, options),
  ]
  return conclude(planned, verdict, {
    position,
    measurement,
    probe,
    prediction,
    explanation,
    hidesDns:
      options.fabric.capabilities.builtFromManifests &&
      (prediction.unresolvable !== undefined || planned.source.identity.kind === 'outside'),
    ...(fix === undefined ? {} : { fix }),
  })
}
