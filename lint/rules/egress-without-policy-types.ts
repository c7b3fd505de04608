import { workloadsOf } from '../../fabric/lookup/listed.ts'
import { isolatorsOf } from '../isolators.ts'
import type { Rule } from '../rule.ts'
import { listOf, valueAt } from '../templates.ts'

/** Without policyTypes, Ingress is always one of the types (docs/semantics.md, rule 9). */
export const egressWithoutPolicyTypes: Rule = {
  id: 'egress-without-policy-types',
  severity: 'warning',
  summary: 'an egress-only policy without policyTypes, which also denies all ingress',
  *find(context) {
    for (const { policy, object } of context.policies) {
      const [types, ingress] = ['policyTypes', 'ingress'].map((key) => listOf(valueAt(object.value, ['spec', key])))
      if (types!.length > 0 || ingress!.length > 0 || policy.egress.length === 0) continue
      const pods = context.population.select(policy.namespace, policy.podSelector)
      const cut = pods.filter((pod) => isolatorsOf(context).ingress.get(pod)?.length === 1)
      if (cut.length === 0) continue
      const message = `without policyTypes this policy is for Ingress too: nobody reaches ${workloadsOf(cut)} any more`
      yield { object, path: ['spec', 'egress'], part: 'key', message, fix: 'write policyTypes: [Egress]' }
    }
  },
}
