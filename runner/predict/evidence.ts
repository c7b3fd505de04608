import type { PolicyName, Prediction, RuleTrace, Side } from '../../policy/engine/prediction.ts'
import type { HopPrediction, PathPrediction } from './predict.ts'
import { verdictOfHop } from './predict.ts'

/** The prediction in sentences: for each different answer, one hop of those that have it, with the policies and rules that make it so. */
export function evidenceOf({ byDial, dns }: PathPrediction): string[] {
  return hopSentences([...dns, ...[...byDial.values()].flat()])
}

/** The same for some of the hops. */
export function hopSentences(hops: readonly HopPrediction[]): string[] {
  const told = Map.groupBy(hops, (hop) => sentencesOf(hop).join('\n'))
  return [...told].flatMap(([text, alike]) => {
    const [first, ...more] = alike
    if (first === undefined) return []
    const where = `${first.hop.text}${more.length === 0 ? '' : ` and ${more.length} more`}`
    return [`policies ${verbs[verdictOfHop(first)]} ${where}`, ...text.split('\n').filter(Boolean)]
  })
}

const verbs = { allow: 'admit it to', deny: 'stop it before', undefined: 'promise nothing for' }

function sentencesOf({ prediction }: HopPrediction): string[] {
  if (prediction.kind === 'unanswerable') return [prediction.reason]
  return [
    ...sideSentences(prediction.egress, prediction),
    ...sideSentences(prediction.ingress, prediction),
    ...prediction.undefinedBy.map((rule) => `the specification leaves this to the implementation (rule ${rule})`),
    ...prediction.mayBeOverridden.map(
      ({ kind, namespace, name }) => `may be overridden by ${kind} ${[namespace, name].filter(Boolean).join('/')}`,
    ),
  ]
}

/** What one end says; an end that allows needs no sentence where the other one denies. */
function sideSentences(side: Side, { verdict }: Pick<Prediction, 'verdict'>): string[] {
  const { direction, allowed, isolated, tiers, nearestMiss } = side
  const rules = tiers.flatMap(({ policies }) => policies.flatMap((policy) => policy.rules))
  if (allowed) {
    if (verdict !== 'allow') return []
    const admitting = rules.filter(({ matched, action }) => matched && action === 'accept')
    if (admitting.length > 0) return [`${direction}: admitted by ${admitting.map(ruleText).join(', ')}`]
    return isolated ? [] : [`${direction}: no policy isolates it`]
  }
  const policies = tiers.flatMap((tier) => tier.policies.map(({ policy }) => policyText(policy)))
  const denied = rules.find(({ matched, action }) => matched && action === 'deny')
  if (denied !== undefined) return [`${direction}: denied by ${ruleText(denied)}`]
  const isolating = `${direction}: isolated by ${[...new Set(policies)].join(', ')}, and no rule admits it`
  return nearestMiss === undefined ? [isolating] : [isolating, `nearest: ${missText(nearestMiss)}`]
}

function missText(rule: RuleTrace): string {
  return `${ruleText(rule)}: ${rule.failed.map(({ sentence }) => sentence).join('; ')}`
}

function ruleText({ policy, path }: RuleTrace): string {
  return `${policyText(policy)} ${path}`
}

function policyText({ name, place }: PolicyName): string {
  return place === undefined ? name : `${name} (${place.file}:${place.line})`
}
