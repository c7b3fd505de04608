import { isObject } from '../../policy/field.ts'
import type { NetworkPolicy } from '../../policy/types.ts'
import type { Rule } from '../rule.ts'

/** Two equivalent policies in one namespace: often one was meant for another namespace. */
export const redundantPolicy: Rule = {
  id: 'redundant-policy',
  severity: 'warning',
  summary: 'a policy that says the same as another of its namespace',
  restsOnPresence: true,
  *find({ policies, mayMeet }) {
    for (const alike of Map.groupBy(policies, ({ policy }) => meaning(policy)).values()) {
      for (const [index, { policy, object }] of alike.entries()) {
        const first = alike.slice(0, index).find((other) => mayMeet(other.object, object))
        if (first === undefined) continue
        const { name, place } = first.object
        const message = `this says the same as policy ${name} (${place.file}:${place.line}), and adds nothing to namespace ${policy.namespace}`
        yield { object, path: ['metadata', 'name'], message, fix: 'remove one, or write the namespace that was meant' }
      }
    }
  },
}

/** Equal for equivalent policies of one namespace, regardless of the order of their labels. */
function meaning({ namespace, podSelector, policyTypes, ingress, egress }: NetworkPolicy): string {
  return JSON.stringify([namespace, podSelector, policyTypes.toSorted(), ingress, egress], (_, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value,
  )
}
