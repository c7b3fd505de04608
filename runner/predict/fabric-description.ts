import { givenPods } from '../../fabric/cluster-dns.ts'
import type { World } from '../../fabric/world.ts'

/** The first line of a report that the engine makes: `1 pod and 2 policies, judged by the policy engine`. */
export function predictedDescription(world: Pick<World, 'pods' | 'dns' | 'policies'>): string {
  const { policies } = world
  const pods = givenPods(world)
  const podCount = `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'}`
  const policyCount = `${policies.length} ${policies.length === 1 ? 'policy' : 'policies'}`
  return `${podCount} and ${policyCount}, judged by the policy engine`
}
