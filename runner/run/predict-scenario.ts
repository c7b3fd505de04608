import { assumptionsOf } from '../../fabric/assumptions.ts'
import type { Manifest } from '../../fabric/fabric.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { applyObjects } from '../../fabric/manifests/change.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import type { World } from '../../fabric/world.ts'
import { externalsOf } from '../../lab/settings.ts'
import { judgePredicted } from '../judge/judge-predicted.ts'
import { createPlanner } from '../plan/paths.ts'
import { leftOutText, resolveSources, stagesOf } from '../plan/stage.ts'
import { predictedDescription } from '../predict/fabric-description.ts'
import { createPredictor } from '../predict/predict.ts'
import type { ManifestPath, Scenario } from '../scenario/model.ts'
import type { ScenarioEvents } from './event-order.ts'
import { changeOf } from './step-change.ts'

export interface PredictOptions {
  readonly scenario: Scenario
  readonly objects: readonly ManifestObject[]
  readonly readObjects: (files: readonly ManifestPath[]) => Promise<readonly Manifest[]>
  /** The Kubernetes version whose API server is emulated. */
  readonly kubernetes?: string
}

/** Judges a scenario by the engine alone, stage by stage. It sends no packet, so no path passes. */
export async function predictScenario(options: PredictOptions, { emit }: Pick<ScenarioEvents, 'emit'>): Promise<void> {
  const { scenario, readObjects, kubernetes } = options
  const allocator = createAllocator()
  const externals = externalsOf(scenario.lab)
  const build = (from: readonly ManifestObject[]): World =>
    buildWorld(from, { allocator, kubernetes, externals, families: scenario.lab.families }).world
  let { objects } = options
  let world = build(objects)
  emit({
    kind: 'fabric',
    scenario: scenario.name,
    description: predictedDescription(world),
    assumed: assumptionsOf(world),
    policies: world.policies.map(({ namespace, name }) => ({ namespace, name })),
    notSimulated: world.notSimulated.map(
      ({ kind, namespace, name }) => `${kind} ${[namespace, name].filter(Boolean).join('/')}`,
    ),
  })
  for (const stage of stagesOf(scenario)) {
    if (stage.change !== undefined) {
      objects = applyObjects(objects, await changeOf(stage.change, readObjects)).objects
      world = build(objects)
    }
    const plan = createPlanner({ world, probes: new Map(), timing })
    const predict = createPredictor(world).path
    const all = resolveSources(stage, scenario, world)
    const leftOut = leftOutText(all)
    if (leftOut !== undefined) emit({ kind: 'notice', scenario: scenario.name, message: leftOut })
    for (const resolvedPath of all) {
      const entry = {
        resolvedPath,
        planned:
          resolvedPath.skip === undefined
            ? resolvedPath.sources.flatMap((source) => plan(resolvedPath.path, source, resolvedPath.witness))
            : [],
      }
      for (const result of judgePredicted(entry, { stage, scenario, world, predict })) emit({ kind: 'path', result })
    }
  }
}

/** Placeholder values. Nothing waits: only the shape of the plan is used. */
const timing = {
  allowed: { deadlineMs: 1000, attempts: 1 },
  blocked: { deadlineMs: 1000, attempts: 1 },
  canaryMs: 1000,
  policies: 'at-once',
} as const
