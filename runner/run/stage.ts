import { withoutOwned } from '../../fabric/owned.ts'
import { judgeAll } from '../judge/judge-paths.ts'
import type { Probes } from '../observe/probes.ts'
import { leftOutText, resolveSources, type Stage } from '../plan/stage.ts'
import type { PathResult } from '../result/path-result.ts'
import type { StepChange } from '../scenario/model.ts'
import { measurePaths, worldNow } from './measure-paths.ts'
import { remeasureChanged } from './remeasure-changed.ts'
import type { StageContext } from './stage-context.ts'
import { changeOf, movesPoliciesAlone } from './step-change.ts'
import { manifestsOfSteps } from './step-manifests.ts'

/** Applies the stage's change, then measures and judges its paths. Resolves with the probes for the next stage. */
export async function runStage(stage: Stage, known: Probes, context: StageContext): Promise<Probes> {
  const { scenario, fabric, emit, unreported, worldWords, signal } = context
  const changed = stage.change === undefined ? undefined : await change(stage.change, stage.name, context)
  const world = stage.change === undefined ? withoutOwned(context.world) : await worldNow(context)
  const resolvedPaths = resolveSources(stage, scenario, world)
  const leftOut = leftOutText(resolvedPaths)
  if (leftOut !== undefined) emit({ kind: 'notice', scenario: scenario.name, message: leftOut })
  const first = await measurePaths(resolvedPaths, { stage, world, known, changed, ours: true, context })
  const { measured, probes } = await remeasureChanged(first, stage, context)
  const applied = await manifestsOfSteps(stage, context)
  for (const { measurements, entry, doubt } of measured) {
    const results: Omit<PathResult, 'index'>[] = []
    const judged = { ...measurements, doubt, stage, scenario, fabric, worldWords, applied, signal }
    for await (const result of judgeAll([entry], judged)) results.push(result)
    for (const result of results) emit({ kind: 'path', result })
    unreported.delete(entry.resolvedPath.path)
  }
  return probes
}

/** Applies a step's change and records which pods existed before it. */
async function change(wanted: StepChange, name: string | undefined, context: StageContext) {
  const { scenario, fabric, readObjects, emit, now, signal } = context
  emit({ kind: 'doing', scenario: scenario.name, what: `step: ${name}` })
  const { pods } = await fabric.world(signal)
  const made = await changeOf(wanted, readObjects)
  await fabric.apply(made, signal)
  const before = new Set(pods.map(({ uid }) => uid))
  return { at: now(), before, policiesAlone: movesPoliciesAlone(made), isShown: false, isLate: false }
}
