import type { PolicyName, Prediction, RuleTrace, Side } from '../../policy/engine/prediction.ts'
import { choiceWords } from '../../policy/engine/sentences.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { HopPrediction } from './hop-prediction.ts'
import type { TargetPrediction } from './target-prediction.ts'

/** At least one sentence: every prediction has evidence. */
export type Evidence = readonly [string, ...string[]]

/** The reasons for the verdict, without duplicates. Allowed DNS queries are omitted. */
export function evidenceOf(
  prediction: Omit<TargetPrediction, 'byDestination'> & { readonly verdict: HopPrediction['verdict'] },
  {
    path: { target, expect },
    targetDestinations: { unresolvedTarget },
  }: Pick<PlannedPath, 'path' | 'targetDestinations'>,
): Evidence {
  const { verdict, hops, dns, servers, dnsUnknown, unresolvable, assuming } = prediction
  const byName = expect.kind !== 'blocked'
  const queried = target.kind === 'dns' ? dns : dns.filter((hop) => hop.verdict !== 'allow')
  const all = [...(byName ? queried : []), ...hops]
  const unresolved = byName && unresolvable !== undefined
  const deciding = (hop: HopPrediction) => hop.verdict === verdict
  // First the reasons for the verdict, then what other addresses show against it.
  const [first, ...rest] = [
    ...(unresolved && verdict !== 'deny' ? [unresolvable] : []),
    ...(byName && dnsUnknown ? servers.remarks : []),
    ...hopSentences(all.filter(deciding)),
    ...hopSentences(all.filter((hop) => !deciding(hop))),
    ...(unresolved && verdict === 'deny' ? [unresolvable] : []),
    ...(unresolvedTarget === undefined ? [] : [unresolvedTarget.sentence]),
    ...(byName && assuming !== undefined ? [assuming] : []),
  ]
  return [first ?? `${target.name} leads to no address`, ...rest]
}

/** The result of the policies for each connection. Connections with the same result share a sentence. */
export function hopSentences(hops: readonly HopPrediction[]): string[] {
  const told = Map.groupBy(hops, (hop) => sentencesOf(hop, '…').join('\n'))
  return [...told.values()].flatMap((alike) => {
    const [first, ...more] = alike
    return first === undefined
      ? []
      : sentencesOf(first, `${first.hop.text}${more.length === 0 ? '' : ` and ${more.length} more`}`)
  })
}

/** Never empty. */
function sentencesOf({ hop, prediction, unreadable, doubt }: HopPrediction, where: string): string[] {
  if (unreadable.length > 0) return unreadable.map((why) => `nothing is predicted for ${where}: ${why}`)
  if (prediction.kind === 'unanswerable') return [prediction.reason]
  const { verdict, egress, ingress, undefinedBy, mayBeOverridden } = prediction
  const denials = [egress, ingress].flatMap((side) =>
    denial(side, { where, what: hop.isQuery === true ? 'its DNS query' : 'it' }),
  )
  // First the reasons why the result is unknown.
  return [
    ...(doubt === undefined ? [] : [doubt.sentence]),
    ...mayBeOverridden.map(
      ({ kind, namespace, name }) => `${kind} ${[namespace, name].filter(Boolean).join('/')} may decide otherwise`,
    ),
    ...(verdict === 'undefined' ? [] : verdict === 'allow' ? admission(prediction, where) : denials),
    ...undefinedBy.map((choice) => `the specification leaves ${where} to the implementation: ${choiceWords[choice]}`),
  ]
}

/** Why one end denies the connection, and the nearest miss. */
function denial(
  { direction, subject, allowed, tiers, nearestMiss }: Side,
  { where, what }: { readonly where: string; readonly what: string },
): string[] {
  if (allowed) return []
  const end = direction === 'ingress' ? `to ${where}` : `out of ${subject}`
  const rules = tiers.flatMap(({ policies }) => policies.flatMap((policy) => policy.rules))
  const denying = rules.find(({ matched, action }) => matched && action === 'deny')
  if (denying !== undefined) return [`${what === 'it' ? '' : `${what} is `}denied ${end} by ${ruleText(denying)}`]
  const policies = tiers.flatMap((tier) => tier.policies.map(({ policy }) => policy))
  const names = [...new Set(policies.map(({ name }) => name))]
  const [only] = policies
  const isolating =
    names.length === 1 && only !== undefined && nearestMiss === undefined ? policyText(only) : names.join(', ')
  const isolated = `no rule admits ${what} ${end}, which is isolated by ${isolating}`
  if (nearestMiss === undefined) return [isolated]
  const missed = nearestMiss.failed.map(({ sentence }) => sentence).join('; ')
  return [isolated, `nearest miss: ${ruleText(nearestMiss)}: ${missed}`]
}

/** Which rules allow it at each end. An end without isolation is mentioned only if there is nothing else. */
function admission({ egress, ingress }: Prediction, where: string): string[] {
  const out = admitting(egress).map((rule) => `let out of ${egress.subject} by ${ruleText(rule)}`)
  const into = admitting(ingress).map((rule) => `admitted to ${where} by ${ruleText(rule)}`)
  const open =
    into.length === 0 && ingress.by === 'default' && !ingress.isolated ? [`no policy limits what enters ${where}`] : []
  const known = [...out, ...into, ...open]
  if (known.length > 0) return known
  const [first, ...rest] = [exemption(egress, where), exemption(ingress, where)].flatMap((each) => each ?? [])
  return [first ?? `no policy governs it: neither ${egress.subject} nor ${where} is a pod`, ...rest]
}

/** Why policies do not apply to an end. */
function exemption({ direction, subject, by }: Side, where: string): string | undefined {
  switch (by) {
    case 'default':
      return direction === 'egress'
        ? `no policy limits what leaves ${subject}`
        : `no policy limits what enters ${where}`
    case 'host':
      return `${subject} is on its node's network, where NetworkPolicies do not apply`
    case 'own node':
      return `policies do not govern connections between ${subject} and its own node`
    case 'loopback':
      return `${subject} connects to itself, which no policy governs`
    case 'protocol':
      return 'policies govern TCP, UDP and SCTP only'
    case 'external':
    case 'NetworkPolicy':
    case 'Admin':
    case 'Baseline':
      return undefined
    default:
      return by satisfies never
  }
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
