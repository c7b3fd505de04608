import type { Choice } from './implementation-choices.ts'
import type { Prediction, RuleTrace, Side } from './prediction.ts'
import { ruleLinks } from './rule-links.ts'

/** Describes each implementation choice in words, with a link to the rule of docs/semantics.md. */
export const choiceWords: Readonly<Record<Choice, string>> = {
  27: `the labels of a namespace are not known (${ruleLinks(27)})`,
  31: `plugins differ in whether an ipBlock matches pods (${ruleLinks(31)})`,
  33:
    'with externalTrafficPolicy: Cluster, nodes replace the source address of what enters by a NodePort or load balancer, so that an ipBlock ' +
    `for clients does not match: externalTrafficPolicy: Local keeps their addresses (${ruleLinks(33)})`,
  40: `not every plugin enforces endPort (${ruleLinks(40)})`,
  44: `a port name stands for several ports of the pod (${ruleLinks(44)})`,
  45: `plugins differ in named ports of sidecars (${ruleLinks(45)})`,
  47: `policies govern TCP, UDP and SCTP only (${ruleLinks(47)})`,
  49: `plugins differ in what a change of policies does to established connections (${ruleLinks(49)})`,
  50: `plugins differ in how they treat pods on the host's network (${ruleLinks(50)})`,
  52: `plugins differ in whether egress policies govern the way to the pod's own node (${ruleLinks(52)})`,
  54: `plugins differ in whether policies govern a pod that reaches itself through a Service (${ruleLinks(54)})`,
  domainNames: 'whether the address belongs to a domain that a policy names is not known',
  samePriority: 'two ClusterNetworkPolicies of the same priority answer differently',
}

/**
 * Explains a prediction in words: why each side allows or denies (only the denying sides, if any), the nearest miss, and the assumptions it
 * rests on.
 */
export function sentencesOf(prediction: Prediction): string[] {
  const { verdict, undefinedBy, dependsOn, egress, ingress, mayBeOverridden } = prediction
  const sides = [egress, ingress]
  const telling = verdict === 'deny' ? sides.filter(({ allowed }) => !allowed) : sides
  return [
    ...undefinedBy.map((choice) => `undefined: ${choiceWords[choice]}`),
    ...telling.flatMap(sentencesOfSide),
    ...dependsOn.map((choice) => `depends on the network plugin: ${choiceWords[choice]}`),
    ...mayBeOverridden.map(({ kind, namespace, name }) => {
      const where = namespace === '' ? name : `${namespace}/${name}`
      return `${kind} ${where} is not evaluated and may decide otherwise`
    }),
  ]
}

function sentencesOfSide(side: Side): string[] {
  const { subject, direction, by, allowed, nearestMiss } = side
  switch (by) {
    case 'external':
    case 'host':
    case 'protocol':
      return []
    case 'own node':
      return [`${subject}: ${direction === 'ingress' ? 'from' : 'to'} its own node, which policies do not govern`]
    case 'loopback':
      return direction === 'egress' ? [`${subject} reaches itself, which policies do not govern`] : []
    case 'default':
      return [`no policy isolates ${subject} for ${direction}`]
    case 'NetworkPolicy':
    case 'Admin':
    case 'Baseline': {
      const deciding = decidingRule(side)
      if (allowed && deciding !== undefined) return [`${nameOf(deciding)} admits it (${direction} of ${subject})`]
      const denial =
        deciding === undefined
          ? `${direction} of ${subject} is isolated by ${isolating(side).join(', ')}, and no rule admits it`
          : `${nameOf(deciding)} denies it (${direction} of ${subject})`
      return [
        denial,
        ...(nearestMiss === undefined ? [] : [`nearest: ${nameOf(nearestMiss)}: ${missing(nearestMiss)}`]),
      ]
    }
    default:
      return by satisfies never
  }
}

/** The first rule that matched in the tier that answered. Undefined if no rule matched and isolation denies. */
function decidingRule({ tiers, by, allowed }: Side): RuleTrace | undefined {
  const tier = tiers.find((each) => each.tier === by)
  const wanted = allowed ? 'accept' : 'deny'
  return tier?.policies.flatMap(({ rules }) => rules).find(({ matched, action }) => matched && action === wanted)
}

function isolating({ tiers }: Side): string[] {
  const tier = tiers.find((each) => each.tier === 'NetworkPolicy')
  return (tier?.policies ?? []).map(({ policy }) => policy.name)
}

function nameOf({ policy, path }: RuleTrace): string {
  return `${policy.kind === 'NetworkPolicy' ? '' : 'ClusterNetworkPolicy '}${policy.name} ${path}`
}

function missing({ failed }: RuleTrace): string {
  return failed.map(({ sentence }) => sentence).join('; ')
}
