import type { Fabric, Manifest } from '../fabric/fabric.ts'
import { withoutOwned } from '../fabric/owned.ts'
import type { World } from '../fabric/world.ts'
import { changeOf, movesPoliciesAlone } from './change.ts'
import type { CanaryFor } from './control/raise.ts'
import { controlTargets } from './control/targets.ts'
import { judgeAll } from './judge/all.ts'
import { measure } from './measure.ts'
import { openProbes, type Probes } from './observe/probes.ts'
import { lookAhead } from './plan/ahead.ts'
import { createPlanner, dialsOf } from './plan/paths.ts'
import { type CastPath, castPaths, type PlanEntry, type Stage } from './plan/stage.ts'
import { createPredictor } from './predict/predict.ts'
import type { ManifestPath, Scenario, StepChange } from './scenario/model.ts'
import { awaitChange, settleAfter } from './settle/stage.ts'
import type { Lane } from './tally.ts'
import { together } from './together.ts'

/** What stays from one stage of a scenario to the next. */
export interface StageContext {
  readonly scenario: Scenario
  readonly fabric: Fabric
  /** As it was when the fabric was opened, before any step. */
  readonly world: World
  readonly canaryFor: CanaryFor
  readonly emit: Lane['emit']
  readonly readObjects: (files: readonly ManifestPath[]) => Promise<readonly Manifest[]>
  readonly deadlineMs?: number
  /** How long paths may settle, in milliseconds; the scenario says it when absent. */
  readonly settleMs?: number
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Changes what the stage changes, then measures and judges its paths; resolves with the probes for the next stage. */
export async function runStage(stage: Stage, known: Probes, context: StageContext): Promise<Probes> {
  const { scenario, fabric, emit, signal, now } = context
  const tell = (what: string) => emit({ kind: 'doing', scenario: scenario.name, what })
  const changed = stage.change === undefined ? undefined : await change(stage.change, stage.name, context)
  const world = withoutOwned(stage.change === undefined ? context.world : await fabric.world(signal))
  const cast = castPaths(stage, scenario, world)
  const sources = cast.flatMap((each) =>
    each.skip === undefined ? [...each.sources, ...(each.witness === undefined ? [] : [each.witness])] : [],
  )
  await fabric.permit?.({ identities: sources.map(({ identity }) => identity), objects: [] }, signal)
  // Sources, canary and the controls of the targets need nothing of each other: all are asked for at once.
  const ahead = lookAhead(cast, world)
  const targets = controlTargets(ahead.sockets, { fabric, world, signal })
  const opening = openProbes(sources, { fabric, world, known, changed, signal })
  const raising = context.canaryFor({ nodes: ahead.nodes, probes: opening.then(({ ready }) => ready), signal })
  tell('probes and canary')
  const [probes] = await together([opening], [raising, targets])
  const plan = planAll(cast, { world, probes, context })
  const dials = [...new Set(plan.flatMap(({ planned }) => planned.flatMap(dialsOf)))]
  const canary = raising.then((raised) => {
    if (raised.fresh) emit({ kind: 'canary', scenario: scenario.name, results: raised.canary.results })
    return raised.canary
  })
  canary.catch(() => undefined)
  const predict = createPredictor(world)
  const paths = plan.flatMap(({ planned }) => planned)
  const asking = { fabric, world, probes: probes.ready, predict, now, signal }
  const patience = {
    ...asking,
    emit,
    scenario,
    step: stage.name ?? '',
    settleMs: context.settleMs ?? scenario.settleMs,
  }
  const inForce = await awaitChange(paths, { ...patience, changed })
  const onDial = (done: number, of: number) => tell(`${done} of ${of} addresses`)
  const first = await measure(dials, { ...asking, canary, targets, changed: inForce, onDial })
  const settled = await settleAfter(paths, first, { ...patience, changed: inForce })
  const judged = { stage, scenario, world, fabric, probes, ...settled, predict, signal }
  for await (const result of judgeAll(plan, judged)) emit({ kind: 'path', result })
  return probes
}

/** Carries a step's change out, and keeps in mind who was there before. */
async function change(wanted: StepChange, name: string | undefined, context: StageContext) {
  const { scenario, fabric, readObjects, emit, now, signal } = context
  emit({ kind: 'doing', scenario: scenario.name, what: `step: ${name}` })
  const { pods } = await fabric.world(signal)
  const made = await changeOf(wanted, readObjects)
  await fabric.apply(made, signal)
  const before = new Set(pods.map(({ uid }) => uid))
  return { at: now(), before, policiesAlone: movesPoliciesAlone(made), isShown: false, isLate: false }
}

interface PlanInput {
  readonly world: Parameters<typeof createPlanner>[0]['world']
  readonly probes: Probes
  readonly context: StageContext
}

function planAll(cast: readonly CastPath[], { world, probes, context }: PlanInput): PlanEntry[] {
  const { fabric, scenario } = context
  const deadlineMs = context.deadlineMs ?? scenario.deadlineMs
  const plan = createPlanner({
    ...{ world, probes: probes.ready, timing: fabric.timing },
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  })
  return cast.map((each) => ({
    cast: each,
    planned:
      each.skip === undefined
        ? each.sources
            .filter(({ key }) => probes.ready.has(key))
            .flatMap((source) => plan(each.path, source, each.witness))
        : [],
  }))
}
