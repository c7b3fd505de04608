import type { Rule } from '../rule.ts'
import { valueAt } from '../templates.ts'

/** docs/semantics.md, rules 8 and 10. */
export const inertRules: Rule = {
  id: 'inert-rules',
  severity: 'warning',
  summary: 'rules of a direction that policyTypes does not name: they have no effect',
  restsOnPresence: true,
  *find({ policies }) {
    for (const { policy, object } of policies) {
      for (const direction of ['ingress', 'egress'] as const) {
        const rules = valueAt(object.value, ['spec', direction])
        if (!Array.isArray(rules) || policy.policyTypes.includes(direction)) continue
        const type = direction === 'ingress' ? 'Ingress' : 'Egress'
        const effect = rules.length === 0 ? 'an empty list denies nothing here' : 'these rules have no effect'
        const implied =
          valueAt(object.value, ['spec', 'policyTypes']) === undefined
            ? 'Ingress alone is implied'
            : `policyTypes does not name ${type}`
        const fix = `add ${type} to policyTypes, or remove ${direction}`
        yield { object, path: ['spec', direction], part: 'key', message: `${effect}: ${implied}`, fix }
      }
    }
  },
}
