import { workloadsOf } from '../../fabric/lookup/listed.ts'
import { isObject } from '../../policy/field.ts'
import { peersKeyOf, type RuleAt, rulesIn } from '../policy-rules.ts'
import type { Found, Rule } from '../rule.ts'
import { valueAt } from '../templates.ts'

/** An empty list of peers restricts nothing, and neither does a rule without keys (docs/semantics.md, rules 13 and 14). */
export const allowsEveryone: Rule = {
  id: 'allows-everyone',
  severity: 'warning',
  summary: 'from: [] or to: [], which allows everyone; as an info a rule {}, which says so openly',
  restsOnPresence: true,
  *find(context) {
    for (const at of rulesIn(context)) {
      if (at.rule.peers.length > 0) continue
      const pods = workloadsOf(context.population.select(at.policy.namespace, at.policy.podSelector))
      const found = describe(at, pods === '' ? 'the pods that this policy selects' : pods)
      if (found !== undefined) yield { object: at.object, ...found }
    }
  },
}

function describe({ object, direction, rule, path }: RuleAt, pods: string): Omit<Found, 'object'> | undefined {
  const key = peersKeyOf(direction)
  const value = valueAt(object.value, path)
  const written = isObject(value) && Object.hasOwn(value, key)
  const effect =
    direction === 'ingress'
      ? `every pod, node and address outside may connect to ${pods}`
      : `${pods} may connect to every pod, node and address outside`
  const ports = rule.ports.length === 0 ? 'every port' : 'these ports'
  if (written) {
    const text = Array.isArray(value[key]) ? `${key}: []` : `an empty ${key}`
    const message = `${text} allows everyone, because an empty list restricts nothing: ${effect} on ${ports}`
    const fix = `remove the rule if no ${direction === 'ingress' ? 'source' : 'destination'} is meant (${direction}: [] denies all), or remove ${key} if everyone is`
    return { path: [...path, key], message, fix }
  }
  if (rule.ports.length > 0) return undefined
  const message = `an empty rule allows everyone: ${effect} on ${ports}`
  const type = direction === 'ingress' ? 'Ingress' : 'Egress'
  return { severity: 'info', path, message, fix: `to deny all, write ${direction}: [] and name ${type} in policyTypes` }
}
