import type { ManifestObject } from '../fabric/manifests/object.ts'
import { mayGovern } from '../policy/engine/foreign.ts'
import { governedBy } from '../policy/foreign/kinds.ts'
import type { Context } from './context.ts'
import { perContext } from './per-context.ts'

/** Objects of other kinds than NetworkPolicy that decide about traffic: ClusterNetworkPolicies, their predecessors, a plugin's own. */
export const otherPoliciesOf = perContext(({ objects }: Context): readonly ManifestObject[] =>
  objects.filter((object) => object.kind === 'ClusterNetworkPolicy' || governedBy(object) !== undefined),
)

/** Whether one of them may isolate pods of a namespace, so that nobody can say that they are open. */
export function othersGuard(namespace: string, context: Context): boolean {
  return otherPoliciesOf(context).some((object) => {
    const governed = governedBy(object)
    return governed === undefined || mayGovern(governed, namespace)
  })
}

/** Whether one of them may allow connections to pods of a namespace that NetworkPolicies deny: meshes can only deny. */
export function othersMayAllow(namespace: string, context: Context): boolean {
  return otherPoliciesOf(context).some((object) => {
    const governed = governedBy(object)
    if (governed === undefined) return true
    return governed.effect === 'either' && governed.directions.includes('ingress') && mayGovern(governed, namespace)
  })
}
