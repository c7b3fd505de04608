import type { ManifestObject } from '../fabric/manifests/object.ts'
import { mayGovern } from '../policy/engine/foreign.ts'
import { governedBy } from '../policy/foreign/kinds.ts'
import type { Context } from './context.ts'
import { perContext } from './per-context.ts'

/**
 * Returns objects other than NetworkPolicies that decide over traffic: ClusterNetworkPolicies, their predecessors, and kinds of plugins.
 */
export const otherPoliciesOf = perContext(({ objects }: Context): readonly ManifestObject[] =>
  objects.filter((object) => object.kind === 'ClusterNetworkPolicy' || governedBy(object) !== undefined),
)

/** Whether one of them may isolate pods of a namespace. Then no rule can claim that the pods are open. */
export function othersGuard(namespace: string, context: Context): boolean {
  return otherPoliciesOf(context).some((object) => {
    const governed = governedBy(object)
    return governed === undefined || mayGovern(governed, namespace)
  })
}

/** Whether one of them may allow connections to pods of a namespace that NetworkPolicies deny. Meshes can only deny. */
export function othersMayAllow(namespace: string, context: Context): boolean {
  return otherPoliciesOf(context).some((object) => {
    const governed = governedBy(object)
    if (governed === undefined) return true
    return governed.effect === 'either' && governed.directions.includes('ingress') && mayGovern(governed, namespace)
  })
}
