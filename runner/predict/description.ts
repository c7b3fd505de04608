import type { World } from '../../fabric/world.ts'

/** What the engine judges, as the first line of a report has it: `1 pod and 2 policies, judged by the policy engine`. */
export function predictedDescription({ pods, policies }: Pick<World, 'pods' | 'policies'>): string {
  const podCount = `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'}`
  const policyCount = `${policies.length} ${policies.length === 1 ? 'policy' : 'policies'}`
  return `${podCount} and ${policyCount}, judged by the policy engine`
}
