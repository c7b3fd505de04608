import type { Pod } from '../../../fabric/world.ts'
import type { NetworkPolicy } from '../../../policy/types.ts'
import type { Context } from '../context.ts'
import { perContext } from '../per-context.ts'
import type { Rule } from '../rule.ts'
import { listOf, valueAt } from '../templates.ts'
import { workloadsOf } from '../words.ts'

/** Without policyTypes, Ingress is always among them (semantics rule 9). */
export const egressWithoutPolicyTypes: Rule = {
  id: 'egress-without-policy-types',
  severity: 'warning',
  summary: 'an egress-only policy without policyTypes, which also denies all ingress',
  *find(context) {
    for (const { policy, object } of context.policies) {
      const [types, ingress] = ['policyTypes', 'ingress'].map((key) => listOf(valueAt(object.value, ['spec', key])))
      if (types!.length > 0 || ingress!.length > 0 || policy.egress.length === 0) continue
      const pods = context.population.select(policy.namespace, policy.podSelector)
      const cut = pods.filter((pod) => isolatorOf(context).get(pod) === policy)
      if (cut.length === 0) continue
      const message = `without policyTypes this policy is for Ingress too: nobody reaches ${workloadsOf(cut)} any more`
      yield { object, path: ['spec', 'egress'], part: 'key', message, fix: 'write policyTypes: [Egress]' }
    }
  },
}

/** The one policy that isolates a pod for ingress, or `several`: where another one does already, this one adds nothing. */
const isolatorOf = perContext(({ policies, population }: Context): ReadonlyMap<Pod, NetworkPolicy | 'several'> => {
  const isolators = new Map<Pod, NetworkPolicy | 'several'>()
  for (const { policy } of policies) {
    if (!policy.policyTypes.includes('ingress')) continue
    for (const pod of population.select(policy.namespace, policy.podSelector))
      isolators.set(pod, isolators.has(pod) ? 'several' : policy)
  }
  return isolators
})
