import { listed, workloadsOf } from '../../fabric/lookup/listed.ts'
import type { LabelSelector } from '../../policy/types.ts'
import { othersGuard } from '../other-policies.ts'
import type { Rule } from '../rule.ts'
import { givenPods, placeOf } from './namespace-without-policy.ts'

const fix = 'add a default deny: podSelector: {} and policyTypes: [Ingress]'

/** A namespace that has policies but also pods that no policy isolates: it has no default deny. */
export const podsWithoutIsolation: Rule = {
  id: 'pods-without-isolation',
  severity: 'info',
  summary: 'pods that no policy isolates for ingress, in a namespace that has policies',
  *find(context) {
    const byNamespace = Map.groupBy(context.policies, ({ policy }) => policy.namespace)
    for (const [namespace, pods] of givenPods(context)) {
      const policies = byNamespace.get(namespace)
      if (policies === undefined || othersGuard(namespace, context)) continue
      const ingress = policies.filter(({ policy }) => policy.policyTypes.includes('ingress'))
      const isolated = new Set(
        ingress.flatMap(({ policy }) => context.population.select(namespace, policy.podSelector)),
      )
      const open = pods.filter((pod) => !isolated.has(pod))
      const operators = context.operatorsIn(namespace)
      if (operators.length > 0 && !ingress.some(({ policy }) => selectsAll(policy.podSelector))) {
        const makers = listed(operators.map(({ kind, name }) => `${kind} ${name}`))
        const message = `no policy of namespace ${namespace} selects all its pods: those that ${makers} makes are open to everybody unless they carry the labels that a policy selects`
        yield { ...placeOf(namespace, pods, context), message, fix }
      }
      if (open.length === 0) continue
      const message = `no policy of namespace ${namespace} isolates ${workloadsOf(open)}: everybody in the cluster reaches it`
      yield { ...placeOf(namespace, pods, context), message, fix }
    }
  },
}

function selectsAll(selector: LabelSelector): boolean {
  return Object.keys(selector).length === 0
}
