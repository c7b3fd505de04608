import type { Manifest } from '../../fabric/fabric.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { applyObjects } from '../../fabric/manifests/change.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import type { World } from '../../fabric/world.ts'
import { externalsOf } from '../../lab/settings.ts'
import { changeOf } from '../run/step-change.ts'
import { createPlanner } from '../plan/paths.ts'
import { type PlannedPath } from '../plan/planned-path.ts'
import { resolveSources, stagesOf } from '../plan/stage.ts'
import { createPredictor } from '../predict/predict.ts'
import type { ManifestPath, Scenario } from '../scenario/model.ts'
import type { CoverageCounter } from './coverage.ts'

export interface CoverOptions {
  readonly scenario: Scenario
  readonly objects: readonly ManifestObject[]
  readonly readObjects: (files: readonly ManifestPath[]) => Promise<readonly Manifest[]>
  /** The Kubernetes version whose API server is emulated. */
  readonly kubernetes?: string
}

/** Predicts every path of a scenario, step by step, and counts the policies and rules that each depends on. */
export async function coverScenario(options: CoverOptions, counter: CoverageCounter): Promise<void> {
  const { scenario, readObjects, kubernetes } = options
  const allocator = createAllocator()
  let { objects } = options
  for (const stage of stagesOf(scenario)) {
    if (stage.change !== undefined) objects = applyObjects(objects, await changeOf(stage.change, readObjects)).objects
    const { families } = scenario.lab
    const { world } = buildWorld(objects, { allocator, kubernetes, families, externals: externalsOf(scenario.lab) })
    counter.addWorld(world)
    const plan = createPlanner({ world, probes: new Map(), timing })
    const predict = createPredictor(world).path
    for (const { path, sources, skip } of resolveSources(stage, scenario, world)) {
      if (skip !== undefined) continue
      for (const planned of sources.flatMap((source) => plan(path, source)))
        counter.addPath(predict(planned, undefined), namespacesOf(planned, world))
    }
  }
}

function namespacesOf({ source, addresses }: PlannedPath, world: World): string[] {
  const targets = addresses.flatMap(({ destination }) => {
    if (destination.kind === 'pod') return [destination.pod.namespace]
    if (destination.kind === 'virtual') return [destination.service.namespace]
    if (destination.kind !== 'node') return []
    const reached = destination.endpoints.map(({ address }) => address)
    return world.pods.filter((pod) => pod.addresses.some((each) => reached.includes(each))).map((pod) => pod.namespace)
  })
  return [...(source.namespace === undefined ? [] : [source.namespace]), ...targets]
}

/** Placeholder values. Nothing waits: only the shape of the plan is used. */
const timing = {
  allowed: { deadlineMs: 1000, attempts: 1 },
  blocked: { deadlineMs: 1000, attempts: 1 },
  canaryMs: 1000,
  policies: 'at-once',
} as const
