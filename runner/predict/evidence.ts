import type { PolicyName, Prediction, RuleTrace, Side } from '../../policy/engine/prediction.ts'
import { type HopPrediction, type PathPrediction, verdictOfHop } from './predict.ts'

/** The prediction in sentences, each different answer once; a DNS server that may be asked goes without saying. */
export function evidenceOf({ verdict, byDial, dns, unseenDns }: PathPrediction): string[] {
  const servers = dns.filter((hop) => verdictOfHop(hop) !== 'allow')
  const hops = [...servers, ...[...byDial.values()].flat()]
  const deciding = (hop: HopPrediction) => verdictOfHop(hop) === verdict
  // What makes the verdict comes first, what stands against it at other addresses after it.
  return [
    ...(unseenDns === undefined ? [] : [unseenDns]),
    ...hopSentences(hops.filter(deciding)),
    ...hopSentences(hops.filter((hop) => !deciding(hop))),
  ]
}

/** What the policies say of each hop; hops of which they say the same are told together. */
export function hopSentences(hops: readonly HopPrediction[]): string[] {
  const told = Map.groupBy(hops, (hop) => sentencesOf(hop, '…').join('\n'))
  return [...told.values()].flatMap((alike) => {
    const [first, ...more] = alike
    return first === undefined
      ? []
      : sentencesOf(first, `${first.hop.text}${more.length === 0 ? '' : ` and ${more.length} more`}`)
  })
}

function sentencesOf({ prediction, unseen = [] }: HopPrediction, where: string): string[] {
  if (unseen.length > 0) return unseen.map((why) => `nothing is predicted for ${where}: ${why}`)
  if (prediction.kind === 'unanswerable') return [prediction.reason]
  const { verdict, egress, ingress, undefinedBy, mayBeOverridden } = prediction
  return [
    ...(verdict === 'deny' ? [egress, ingress].flatMap((side) => denial(side, where)) : admission(prediction, where)),
    ...undefinedBy.map(
      (rule) => `for ${where} the specification leaves the answer to the implementation (rule ${rule})`,
    ),
    ...mayBeOverridden.map(
      ({ kind, namespace, name }) => `${kind} ${[namespace, name].filter(Boolean).join('/')} may say otherwise`,
    ),
  ]
}

/** Why one end denies, and the rule that comes nearest to admitting it. */
function denial({ direction, party, allowed, tiers, nearestMiss }: Side, where: string): string[] {
  if (allowed) return []
  const end = direction === 'ingress' ? `to ${where}` : `out of ${party}`
  const rules = tiers.flatMap(({ policies }) => policies.flatMap((policy) => policy.rules))
  const denying = rules.find(({ matched, action }) => matched && action === 'deny')
  if (denying !== undefined) return [`denied ${end} by ${ruleText(denying)}`]
  const policies = tiers.flatMap((tier) => tier.policies.map(({ policy }) => policy))
  const names = [...new Set(policies.map(({ name }) => name))]
  const [only] = policies
  const isolating =
    names.length === 1 && only !== undefined && nearestMiss === undefined ? policyText(only) : names.join(', ')
  const isolated = `no rule admits it ${end}, which is isolated by ${isolating}`
  if (nearestMiss === undefined) return [isolated]
  const missed = nearestMiss.failed.map(({ sentence }) => sentence).join('; ')
  return [isolated, `nearest miss: ${ruleText(nearestMiss)}: ${missed}`]
}

/** What lets it through, end by end; an end without policies is told only where there is nothing else to tell. */
function admission({ egress, ingress }: Prediction, where: string): string[] {
  const out = admitting(egress).map((rule) => `let out of ${egress.party} by ${ruleText(rule)}`)
  const into = admitting(ingress).map((rule) => `admitted to ${where} by ${ruleText(rule)}`)
  if (into.length > 0) return [...out, ...into]
  return ingress.allowed && ingress.by === 'default' && !ingress.isolated
    ? [...out, `no policy limits what enters ${where}`]
    : out
}

function admitting({ tiers }: Side): RuleTrace[] {
  const rules = tiers.flatMap(({ policies }) => policies.flatMap((policy) => policy.rules))
  return rules.filter(({ matched, action }) => matched && action === 'accept').slice(0, 1)
}

function ruleText({ policy, path }: RuleTrace): string {
  return `${policy.name} ${path}${placeText(policy)}`
}

function policyText(policy: PolicyName): string {
  return `${policy.name}${placeText(policy)}`
}

function placeText({ place }: PolicyName): string {
  return place === undefined ? '' : ` (${place.file}:${place.line})`
}
