import { listed } from '../../fabric/lookup/listed.ts'
import { isObject } from '../../policy/field.ts'
import type { Direction, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../../policy/types.ts'
import type { Context, PolicyObject } from '../context.ts'
import { isolatorsOf } from '../isolators.ts'
import type { Rule } from '../rule.ts'
import { valueAt } from '../templates.ts'

/**
 * A policy isolates pods, and a rule without restrictions undoes the isolation, whatever other policies say, because rules are additive
 * (docs/semantics.md, rule 6).
 */
export const blocksNothing: Rule = {
  id: 'blocks-nothing',
  severity: 'warning',
  summary: 'a policy whose rules allow everything in each direction that it is for',
  *find(context) {
    for (const each of context.policies) {
      const { policy, object } = each
      const open = policy.policyTypes.map((direction) =>
        policy[direction].findIndex((rule) => isUnrestricted(rule, context)),
      )
      if (open.includes(-1)) continue
      const openly = policy.policyTypes.every((direction, at) => isBare(each, direction, open[at]!))
      const others = undone(policy, context)
      const message = `this policy blocks nothing: its rules allow all ${policy.policyTypes.join(' and ')}`
      yield {
        object,
        path: ['metadata', 'name'],
        message: others.length === 0 ? message : `${message}, also what ${listed(others)} would block: policies add up`,
        fix: 'restrict the rules, or remove the policy',
        ...(openly || others.length > 0 ? { severity: 'info' as const } : {}),
      }
    }
  },
}

/** Written as `{}`, which is intentional. */
function isBare({ object }: PolicyObject, direction: Direction, index: number): boolean {
  const rule = valueAt(object.value, ['spec', direction, index])
  return !isObject(rule) || Object.keys(rule).length === 0
}

function isUnrestricted({ peers, ports }: PolicyRule, context: Context): boolean {
  return isEveryPeer(peers, context) && isEveryPort(ports)
}

/** All pods of all namespaces, and every address of the cluster's address families. */
function isEveryPeer(peers: readonly PolicyPeer[], context: Context): boolean {
  if (peers.length === 0) return true
  const pods = peers.some(
    ({ namespaceSelector, podSelector }) =>
      namespaceSelector !== undefined && Object.keys({ ...namespaceSelector, ...podSelector }).length === 0,
  )
  const whole = (cidr: string) =>
    peers.some(({ ipBlock }) => ipBlock?.cidr === cidr && (ipBlock.except ?? []).length === 0)
  return pods && context.world.families.used.every((family) => whole(family === 4 ? '0.0.0.0/0' : '::/0'))
}

function isEveryPort(ports: readonly PolicyPort[]): boolean {
  const whole = ({ port, endPort }: PolicyPort) => port === undefined || (port === 1 && endPort === 65_535)
  return (
    ports.length === 0 ||
    ['TCP', 'UDP', 'SCTP'].every((protocol) =>
      ports.some((item) => (item.protocol ?? 'TCP') === protocol && whole(item)),
    )
  )
}

/** The other policies that isolate one of the pods, except those that block nothing themselves. */
function undone(policy: NetworkPolicy, context: Context): string[] {
  const pods = context.population.select(policy.namespace, policy.podSelector)
  const others = policy.policyTypes.flatMap((direction) =>
    pods.flatMap((pod) =>
      (isolatorsOf(context)[direction].get(pod) ?? []).filter(
        (other) => !other.policy[direction].some((rule) => isUnrestricted(rule, context)),
      ),
    ),
  )
  return others.map((other) => other.policy.name)
}
