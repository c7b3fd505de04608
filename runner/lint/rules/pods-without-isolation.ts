import type { Rule } from '../rule.ts'
import { workloadsOf } from '../words.ts'
import { givenPods, placeOf } from './namespace-without-policy.ts'

/** A namespace that has policies, some of whose pods none of them isolates: it has no default deny. */
export const podsWithoutIsolation: Rule = {
  id: 'pods-without-isolation',
  severity: 'info',
  summary: 'pods that no policy isolates for ingress, in a namespace that has policies',
  *find(context) {
    const byNamespace = Map.groupBy(context.policies, ({ policy }) => policy.namespace)
    for (const [namespace, pods] of givenPods(context)) {
      const policies = byNamespace.get(namespace)
      if (policies === undefined) continue
      const ingress = policies.filter(({ policy }) => policy.policyTypes.includes('ingress'))
      const isolated = new Set(
        ingress.flatMap(({ policy }) => context.population.select(namespace, policy.podSelector)),
      )
      const open = pods.filter((pod) => !isolated.has(pod))
      if (open.length === 0) continue
      const message = `no policy of namespace ${namespace} isolates ${workloadsOf(open)}: everybody in the cluster reaches it`
      const fix = 'add a default deny: podSelector: {} and policyTypes: [Ingress]'
      yield { ...placeOf(namespace, pods, context), message, fix }
    }
  },
}
