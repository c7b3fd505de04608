import { withoutOwned } from '../../fabric/owned.ts'
import type { World } from '../../fabric/world.ts'
import type { Measurement } from '../control/measurement.ts'
import { controlTargets } from '../control/targets.ts'
import { awaitAllSettled } from '../measure/await-all.ts'
import { type Changed, openProbes, type Probes } from '../observe/probes.ts'
import { controlTargetsOf } from '../plan/control-targets.ts'
import { createPlanner } from '../plan/paths.ts'
import { type PlannedPath, plannedChecksOf } from '../plan/planned-path.ts'
import { type PlanEntry, type ResolvedPath, resolveSources, type Stage } from '../plan/stage.ts'
import { createPredictor, type Predict } from '../predict/predict.ts'
import { cutOff, measureUntilInterrupted } from './interrupted-run.ts'
import { awaitChange, stabilizeAfter } from './stabilize-stage.ts'
import type { StageContext } from './stage-context.ts'

/** One measurement of paths, with the world in which it was made. */
export interface PathMeasurements {
  readonly world: World
  readonly plan: readonly PlanEntry[]
  readonly probes: Probes
  readonly predict: Predict
  readonly measurement: Measurement
  /** What the report says about paths that were measured until stable. */
  readonly remarks: ReadonlyMap<PlannedPath, string>
  /** Paths that the interruption of the run left incomplete, with the sentence for the report. */
  readonly interrupted: ReadonlyMap<PlannedPath, string>
}

export interface MeasurePathsOptions {
  readonly stage: Stage
  readonly world: World
  /** Probes that exist already. */
  readonly known: Probes
  /** The change just before. `ours`: a step of the scenario made it, so the report includes the time to enforce it. */
  readonly changed?: Changed | undefined
  readonly ours: boolean
  readonly context: StageContext
}

/** Opens the probes, creates the canary, and measures until the results are stable. */
export async function measurePaths(
  resolvedPaths: readonly ResolvedPath[],
  options: MeasurePathsOptions,
): Promise<PathMeasurements> {
  const { stage, world, known, changed, ours, context } = options
  const { scenario, fabric, emit, signal, now } = context
  const tell = (what: string) => emit({ kind: 'doing', scenario: scenario.name, what })
  const sources = resolvedPaths.flatMap((each) =>
    each.skip === undefined ? [...each.sources, ...(each.witness === undefined ? [] : [each.witness])] : [],
  )
  await fabric.permit?.({ identities: sources.map(({ identity }) => identity), objects: [] }, signal)
  // Sources, canary and target controls are independent of each other, so all start at once.
  const targetsToControl = controlTargetsOf(resolvedPaths, world)
  const targets = controlTargets(targetsToControl.sockets, { fabric, world, signal })
  const opening = openProbes(sources, { fabric, world, known, changed, signal })
  const raising = context.canaryFor({
    nodes: targetsToControl.nodes,
    probes: opening.then(({ ready }) => ready),
    signal,
  })
  tell('probes and canary')
  const [probes] = await awaitAllSettled([opening], [raising, targets])
  signal.throwIfAborted()
  const plan = planAll(resolvedPaths, { world, probes, context })
  const plannedChecks = [...new Set(plan.flatMap(({ planned }) => planned.flatMap(plannedChecksOf)))]
  const canary = raising.then((raised) => {
    if (raised.fresh && !signal.aborted) {
      emit({ kind: 'canary', scenario: scenario.name, results: raised.canary.results })
      for (const [node, why] of raised.canary.missing) {
        const message = `no canary runs on ${node}, so that nothing is known of what is blocked there: ${why}`
        emit({ kind: 'notice', scenario: scenario.name, message })
      }
    }
    return raised.canary
  })
  canary.catch(() => undefined)
  const predict = createPredictor(world).path
  const paths = plan.flatMap(({ planned }) => planned)
  const asking = { fabric, world, probes: probes.ready, predict, now, signal }
  const patience = {
    ...asking,
    emit,
    scenario,
    step: stage.name ?? '',
    settleMs: context.settleMs ?? scenario.settleMs,
  }
  const inForce = ours ? await awaitChange(paths, { ...patience, changed }) : changed
  const onMeasured = (done: number, of: number) => tell(`${done} of ${of} addresses`)
  const first = await measureUntilInterrupted(plannedChecks, {
    ...asking,
    canary,
    targets,
    changed: inForce,
    onMeasured,
  })
  const settled = first.isWhole
    ? await stabilizeAfter(paths, first.measurement, { ...patience, changed: inForce })
    : cutOff(paths, first.measurement)
  return { world, plan, probes, predict, ...settled }
}

/** The plan of the same paths in another world, with the existing probes. */
export function planIn(
  world: World,
  { probes }: PathMeasurements,
  { stage, context }: Pick<MeasurePathsOptions, 'stage' | 'context'>,
) {
  return planAll(resolveSources(stage, context.scenario, world), { world, probes, context })
}

/** The world of a stage, without the objects that Crosscheck created. */
export async function worldNow({ fabric, signal }: StageContext): Promise<World> {
  return withoutOwned(await fabric.world(signal))
}

interface PlanInput {
  readonly world: Parameters<typeof createPlanner>[0]['world']
  readonly probes: Probes
  readonly context: StageContext
}

function planAll(resolvedPaths: readonly ResolvedPath[], { world, probes, context }: PlanInput): PlanEntry[] {
  const { fabric, scenario } = context
  const deadlineMs = context.deadlineMs ?? scenario.deadlineMs
  const plan = createPlanner({
    world,
    probes: probes.ready,
    timing: fabric.timing,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  })
  return resolvedPaths.map((each) => ({
    resolvedPath: each,
    planned:
      each.skip === undefined
        ? each.sources
            .filter(({ key }) => probes.ready.has(key))
            .flatMap((source) => plan(each.path, source, each.witness))
        : [],
  }))
}
