import { otherPoliciesOf } from '../other-policies.ts'
import type { Rule } from '../rule.ts'

/** ClusterNetworkPolicy and its predecessors are evaluated before and after NetworkPolicy. A plugin's own kinds apply in addition. */
export const mayBeOverridden: Rule = {
  id: 'may-be-overridden',
  severity: 'info',
  summary: 'an object of a kind that can override NetworkPolicies',
  restsOnPresence: true,
  *find(context) {
    for (const object of otherPoliciesOf(context)) {
      const what =
        context.policies.length === 0
          ? 'what it says is not looked at here'
          : 'findings about NetworkPolicies may not hold where it says otherwise'
      yield { object, path: ['kind'], message: `${object.kind} ${object.name} decides about traffic too: ${what}` }
    }
  },
}
