import type { PolicyName, Prediction, RuleTrace, Side } from '../../policy/engine/prediction.ts'
import type { SideExplanation } from './model.ts'

/** The result of both ends as sentences: what allows the connection, or why nothing does. The nearest miss is separate from the other rules. */
export function sidesOf({ egress, ingress }: Prediction): SideExplanation[] {
  return [egress, ingress].flatMap((side) => (side.by === 'external' ? [] : [explained(side)]))
}

function explained(side: Side): SideExplanation {
  const { direction, subject, allowed, nearestMiss } = side
  const head = { direction, subject, allowed, why: reason(side) }
  if (allowed) return { ...head, others: [] }
  const missed = rulesOf(side).filter((rule) => !rule.matched && rule !== nearestMiss && !isSame(rule, nearestMiss))
  return {
    ...head,
    ...(nearestMiss === undefined ? {} : { nearestMiss: missText(nearestMiss) }),
    others: [...missed.map(missText), ...emptyOnes(side)],
  }
}

function reason({ direction, subject, by, allowed, tiers, ...side }: Side): string {
  const way = direction === 'egress' ? `out of ${subject}` : `into ${subject}`
  switch (by) {
    case 'external':
      return `${subject} is outside the cluster: no policy governs what it does`
    case 'host':
      return hostReason(direction, subject)
    case 'protocol':
      return 'policies govern TCP, UDP and SCTP only'
    case 'own node':
      return direction === 'ingress'
        ? `what comes from ${subject}'s own node is always let in`
        : `${subject} reaches its own node, which this reading lets pass`
    case 'loopback':
      return `${subject} reaches itself, which no policy governs`
    case 'default':
      return `no policy limits what goes ${way}`
    case 'NetworkPolicy':
    case 'Admin':
    case 'Baseline': {
      const wanted = allowed ? 'accept' : 'deny'
      const rules = rulesOf({ ...side, direction, subject, by, allowed, tiers })
      const deciding = rules.find(({ matched, action }) => matched && action === wanted)
      if (deciding !== undefined) return `${allowed ? 'admitted' : 'denied'} by ${ruleText(deciding)}`
      const isolating = tiers.find(({ tier }) => tier === 'NetworkPolicy')?.policies ?? []
      const names = isolating.map(({ policy }) => policyText(policy))
      const [only] = names
      return names.length === 1
        ? `${only} selects ${subject}, so only what it names may go ${way}, and it does not name this`
        : `${names.length} policies select ${subject} (${names.join(', ')}), so only what they name may go ${way}, and none names this`
    }
    default:
      return by satisfies never
  }
}

/** docs/semantics.md#rule-50 and #rule-51: to policies, a pod on a node's network is not a pod. */
function hostReason(direction: Side['direction'], subject: string): string {
  const what = subject.startsWith('node ') ? subject : `${subject}, on its node's network,`
  return direction === 'egress'
    ? `NetworkPolicies do not apply to what ${what} sends: egress policies select pods only`
    : `NetworkPolicies do not apply to what ${what} receives: ingress policies select pods only`
}

function rulesOf({ tiers }: Side): RuleTrace[] {
  return tiers.flatMap(({ policies }) => policies.flatMap(({ rules }) => rules))
}

/** Policies that select the pod and allow nothing in this direction. */
function emptyOnes({ tiers, direction }: Side): string[] {
  const policies = tiers.flatMap(({ policies: all }) => all)
  return policies.flatMap(({ policy, rules }) =>
    rules.length === 0 ? [`${policyText(policy)} has no ${direction} rule: it admits nothing`] : [],
  )
}

function missText(rule: RuleTrace): string {
  if (rule.action !== 'accept') return `${ruleText(rule)} does not apply: ${failures(rule)}`
  return `${ruleText(rule)} would admit it, but: ${failures(rule)}`
}

function failures({ failed }: RuleTrace): string {
  return failed.map(({ sentence }) => sentence).join('; ')
}

function isSame(a: RuleTrace, b: RuleTrace | undefined): boolean {
  return b !== undefined && a.path === b.path && a.policy.name === b.policy.name
}

function ruleText({ policy, path }: RuleTrace): string {
  const kind = policy.kind === 'NetworkPolicy' ? '' : `${policy.kind} `
  return `${kind}${policy.name} ${path}${placeText(policy)}`
}

function policyText(policy: PolicyName): string {
  return `${policy.name}${placeText(policy)}`
}

function placeText({ place }: PolicyName): string {
  return place === undefined ? '' : ` (${place.file}:${place.line})`
}
