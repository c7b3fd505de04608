import { workloadsOf } from '../../fabric/lookup/listed.ts'
import { apiVersionOf } from '../../fabric/manifests/kinds.ts'
import type { Pod } from '../../fabric/world.ts'
import type { Context } from '../context.ts'
import { othersGuard } from '../other-policies.ts'
import type { Found, Rule } from '../rule.ts'

const fix = `apply a NetworkPolicy with
spec:
  podSelector: {}
  policyTypes: [Ingress]`

/**
 * Until a policy selects a pod, every source can reach it (docs/semantics.md, rule 1). Kubernetes' own namespaces usually have no policy.
 */
export const namespaceWithoutPolicy: Rule = {
  id: 'namespace-without-policy',
  severity: 'info',
  summary: 'a namespace with pods and without any policy',
  *find(context) {
    const guarded = new Set(context.policies.map(({ policy }) => policy.namespace))
    for (const [namespace, pods] of givenPods(context)) {
      if (guarded.has(namespace) || namespace.startsWith('kube-') || othersGuard(namespace, context)) continue
      const message = `namespace ${namespace} has no policy: everybody in the cluster reaches ${workloadsOf(pods)}`
      yield { ...placeOf(namespace, pods, context), message, fix }
    }
  },
}

/**
 * Returns the pods of the input by namespace, without those that the lab adds. Omits a namespace with a policy that the API server rejects,
 * because its isolation is known only after the policy is corrected.
 */
export function givenPods({ world, objects, policies }: Context): ReadonlyMap<string, readonly Pod[]> {
  const accepted = new Set(policies.map(({ object }) => object))
  const refused = objects.filter(
    (object) =>
      apiVersionOf('NetworkPolicy') === object.apiVersion && object.kind === 'NetworkPolicy' && !accepted.has(object),
  )
  const unsure = new Set(refused.map(({ namespace }) => namespace))
  return Map.groupBy(
    world.pods.filter((pod) => pod.place !== undefined && !pod.hostNetwork && !unsure.has(pod.namespace)),
    ({ namespace }) => namespace,
  )
}

/** Returns the Namespace object, or else the first workload. */
export function placeOf(namespace: string, pods: readonly Pod[], context: Context): Pick<Found, 'object' | 'path'> {
  const object = context.objectOf('Namespace', '', namespace)
  if (object !== undefined) return { object, path: ['metadata', 'name'] }
  const workload = pods.flatMap((pod) => context.workloadOf(pod) ?? [])[0] ?? context.objects[0]!
  return { object: workload, path: ['metadata', 'namespace'] }
}
