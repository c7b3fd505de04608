import { isDeepStrictEqual } from 'node:util'
import type { NetworkPolicy } from '../../../policy/types.ts'
import type { Rule } from '../rule.ts'

/** Two policies of one namespace that say the same: often one was meant for another namespace. */
export const redundantPolicy: Rule = {
  id: 'redundant-policy',
  severity: 'warning',
  summary: 'a policy that says the same as another of its namespace',
  *find({ policies }) {
    for (const group of Map.groupBy(policies, ({ policy }) => policy.namespace).values()) {
      for (const [index, { policy, object }] of group.entries()) {
        const first = group.slice(0, index).find((each) => isDeepStrictEqual(meaning(each.policy), meaning(policy)))
        if (first === undefined) continue
        const { name, place } = first.object
        const message = `this says the same as policy ${name} (${place.file}:${place.line}), and adds nothing to namespace ${policy.namespace}`
        yield { object, path: ['metadata', 'name'], message, fix: 'remove one, or write the namespace that was meant' }
      }
    }
  },
}

function meaning({ podSelector, policyTypes, ingress, egress }: NetworkPolicy) {
  return { podSelector, types: policyTypes.toSorted(), ingress, egress }
}
