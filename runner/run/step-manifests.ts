import { isObject } from '../../policy/field.ts'
import type { Stage } from '../plan/stage.ts'
import type { ManifestPath } from '../scenario/model.ts'
import type { StageContext } from './stage-context.ts'

/**
 * The files that steps have applied up to a stage, where together with the first manifests they are its world: each adds NetworkPolicies and
 * replaces none. Undefined where no files are: after another change, and on a cluster, which is put back after the run.
 */
export async function manifestsOfSteps(
  { change }: Stage,
  { scenario, fabric, world, readObjects }: Pick<StageContext, 'scenario' | 'fabric' | 'world' | 'readObjects'>,
): Promise<readonly ManifestPath[] | undefined> {
  if (change === undefined) return []
  if (fabric.where !== 'lab') return undefined
  const known = new Set(world.policies.map(({ namespace, name }) => `${namespace}/${name}`))
  const files: ManifestPath[] = []
  for (const step of scenario.steps.slice(0, scenario.steps.findIndex((each) => each.change === change) + 1)) {
    if (step.change.kind !== 'apply') return undefined
    for (const { kind, metadata } of await readObjects(step.change.files)) {
      const { namespace, name } = isObject(metadata) ? metadata : {}
      const key = `${String(namespace)}/${String(name)}`
      if (kind !== 'NetworkPolicy' || namespace === undefined || known.has(key)) return undefined
      known.add(key)
    }
    files.push(...step.change.files)
  }
  return files
}
