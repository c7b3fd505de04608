import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { isForeignPolicy, overriding } from '../../policy/engine/foreign.ts'
import type { Context } from './context.ts'
import { perContext } from './per-context.ts'

/** Objects of other kinds than NetworkPolicy that decide about traffic: ClusterNetworkPolicies, their predecessors, a plugin's own. */
export const otherPoliciesOf = perContext(({ objects }: Context): readonly ManifestObject[] =>
  objects.filter((object) => object.kind === 'ClusterNetworkPolicy' || isForeignPolicy(object)),
)

/** Whether one of them may isolate pods of a namespace, so that nobody can say that they are open. */
export function othersGuard(namespace: string, context: Context): boolean {
  return overriding(otherPoliciesOf(context), [namespace]).length > 0
}
