import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { applyObjects } from '../../fabric/manifests/change.ts'
import { keyOf, type ManifestObject } from '../../fabric/manifests/object.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import { externalsOf } from '../../lab/settings.ts'
import type { Problem } from '../../policy/types.ts'
import { changeOf } from '../run/step-change.ts'
import type { ManifestPath, Scenario } from '../scenario/model.ts'
import type { StepWorld } from './unknown-names.ts'

export interface MomentOptions {
  /** The objects before the first step. */
  readonly objects: readonly ManifestObject[]
  /** Loads the objects in a step's files. */
  readonly load: (files: readonly ManifestPath[]) => Promise<readonly ManifestObject[]>
  /** The Kubernetes version whose API server is emulated. */
  readonly kubernetes?: string | undefined
}

/** The worlds of a scenario, before its steps and after each, with the problems of its objects in any of them. */
export async function worldsOfSteps(
  { steps, lab }: Pick<Scenario, 'steps' | 'lab'>,
  { objects, load, kubernetes }: MomentOptions,
): Promise<{ readonly moments: readonly StepWorld[]; readonly problems: readonly Problem[] }> {
  const [allocator, externals] = [createAllocator(), externalsOf(lab)]
  const moments: StepWorld[] = []
  const problems: Problem[] = []
  const add = (current: readonly ManifestObject[]) => {
    const built = buildWorld(current, { allocator, externals, kubernetes, families: lab.families })
    problems.push(...built.problems)
    moments.push({ world: built.world, objects: current })
  }
  add(objects)
  for (const { change, place } of steps) {
    const current = moments.at(-1)!.objects
    if (change.kind === 'apply') {
      add(put(current, await load(change.files)))
      continue
    }
    const applied = applyObjects(current, await changeOf(change, async () => []), place)
    problems.push(...applied.problems)
    add(applied.objects)
  }
  return { moments, problems }
}

function put(current: readonly ManifestObject[], added: readonly ManifestObject[]): ManifestObject[] {
  const keys = new Set(added.map(keyOf))
  return [...current.filter((object) => !keys.has(keyOf(object))), ...added]
}
