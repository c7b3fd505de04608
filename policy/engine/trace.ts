import { failedOfPeer, failedOfPort } from './failed-conditions.ts'
import { failedPodLabels } from './failed-labels.ts'
import { type Context, matchesPeer, matchesPort, matchesRule } from './match.ts'
import type { FailedCondition, ItemTrace, PolicyName, PolicyTrace, RuleTrace, TierTrace } from './prediction.ts'
import { ruleLinks } from './rule-links.ts'
import type { CompiledPolicy, CompiledRule } from './rules.ts'
import type { Governing, PodActor } from './subjects.ts'
import { type SideTraffic, tiers } from './tiers.ts'

/**
 * Returns the evidence of one side: every tier that has policies for the pod, with the result of each rule from the same matchers as the
 * verdict.
 */
export function traceTiers(governing: Governing, traffic: SideTraffic, context: Context): TierTrace[] {
  let decided = false
  return tiers.flatMap((tier): TierTrace[] => {
    const policies = tier.policies(governing, traffic, context)
    const answer = decided ? 'not asked' : tier.answer(governing, traffic, context)
    decided ||= answer !== 'next'
    if (policies.length === 0) return []
    const traces = policies.map((policy) => tracePolicy(policy, traffic, context))
    return [{ tier: tier.name, answer, policies: traces }]
  })
}

/** The name of a policy in evidence. */
function policyName({ source }: CompiledPolicy): PolicyName {
  const { kind, policy } = source
  const name = source.kind === 'NetworkPolicy' ? `${source.policy.namespace}/${policy.name}` : policy.name
  return {
    kind,
    name,
    ...(source.kind === 'ClusterNetworkPolicy' ? { priority: source.policy.priority } : {}),
    ...(policy.place === undefined ? {} : { place: policy.place }),
  }
}

/**
 * For a policy that selects no pod: its first rule that would allow the traffic, with the reason why the policy does not select this pod.
 */
export function traceUnselecting(
  policy: CompiledPolicy,
  { traffic, context, pod }: { readonly traffic: SideTraffic; readonly context: Context; readonly pod: PodActor },
): RuleTrace[] {
  const matched = tracePolicy(policy, traffic, context).rules.find((rule) => rule.matched)
  if (matched === undefined) return []
  const failed = failedPodLabels(policy.pods.selector, pod).map(
    (condition): FailedCondition => ({
      ...condition,
      sentence: `its podSelector selects no pod: ${condition.sentence}`,
    }),
  )
  return [{ ...matched, matched: false, failed }]
}

function tracePolicy(policy: CompiledPolicy, traffic: SideTraffic, context: Context): PolicyTrace {
  const name = policyName(policy)
  const rules = policy.rules[traffic.direction]
  return { policy: name, rules: rules.map((rule, index) => traceRule(rule, { name, index, traffic, context })) }
}

interface Spot {
  readonly name: PolicyName
  readonly index: number
  readonly traffic: SideTraffic
  readonly context: Context
}

function traceRule(rule: CompiledRule, { name, index, traffic, context }: Spot): RuleTrace {
  const matched = matchesRule(rule, traffic, context)
  const peers = rule.peers.map((peer, at) => {
    const fits = matchesPeer(peer, traffic.remote, context)
    return { index: at, matched: fits, failed: fits ? [] : failedOfPeer(peer, traffic.remote) }
  })
  const ports = rule.ports.map((item, at) => {
    const fits = matchesPort(item, traffic, context)
    return { index: at, matched: fits, failed: fits ? [] : failedOfPort(item, traffic) }
  })
  const apart = matched ? [] : [...nearest(peers), ...nearest(ports)]
  const failed = matched || apart.length > 0 ? apart : [namedBesideBlock]
  const path = `${traffic.direction}[${index}]`
  return { policy: name, path, index, action: rule.action, matched, peers, ports, failed }
}

/** The peer and the port match, but not in combination. */
const namedBesideBlock: FailedCondition = {
  on: 'port',
  sentence: `admits a port by its name, which means nothing toward an ipBlock (${ruleLinks(43)})`,
}

/** The failed conditions of the item with the fewest. Empty if an item matches or the list is empty. */
function nearest(items: readonly ItemTrace[]): readonly FailedCondition[] {
  if (items.some(({ matched }) => matched)) return []
  return (
    items.reduce<readonly FailedCondition[] | undefined>(
      (best, { failed }) => (best === undefined || failed.length < best.length ? failed : best),
      undefined,
    ) ?? []
  )
}

/**
 * Returns the allowing rule with the fewest failed conditions. Ties: prefer one whose peers match, then one that names the port (it was
 * probably written for such a path), then the first. Among equals, prefer a policy that selects no pod and probably should select this one.
 */
export function nearestMiss(
  traces: readonly TierTrace[],
  unselecting: readonly RuleTrace[] = [],
): RuleTrace | undefined {
  const rules = traces.flatMap(({ policies }) => policies.flatMap((policy) => policy.rules))
  const missed = rules.filter(({ action, matched }) => action === 'accept' && !matched)
  const [nearest] = missed.toSorted(
    (a, b) => a.failed.length - b.failed.length || peerFaults(a) - peerFaults(b) || namesPort(b) - namesPort(a),
  )
  const [idle] = unselecting.toSorted((a, b) => a.failed.length - b.failed.length)
  return idle !== undefined && idle.failed.length <= (nearest?.failed.length ?? Infinity) ? idle : nearest
}

function namesPort({ ports }: RuleTrace): number {
  return ports.some(({ matched }) => matched) ? 1 : 0
}

function peerFaults({ failed }: RuleTrace): number {
  return failed.filter(({ on }) => on !== 'port' && on !== 'protocol').length
}
