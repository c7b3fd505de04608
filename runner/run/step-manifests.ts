import { isObject } from '../../policy/field.ts'
import type { Stage } from '../plan/stage.ts'
import type { ManifestPath } from '../scenario/model.ts'
import type { StageContext } from './stage-context.ts'

/**
 * The files that steps applied up to a stage, if they make its world together with the first manifests: each file only adds NetworkPolicies.
 * Undefined after another kind of change, and on a cluster, which is restored after the run.
 */
export async function manifestsOfSteps(
  { change }: Stage,
  { scenario, fabric, world, readObjects }: Pick<StageContext, 'scenario' | 'fabric' | 'world' | 'readObjects'>,
): Promise<readonly ManifestPath[] | undefined> {
  if (change === undefined) return []
  if (!fabric.capabilities.builtFromManifests) return undefined
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
