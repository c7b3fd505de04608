import { listed } from '../../fabric/lookup/listed.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { LabelSelector, Labels } from '../../policy/types.ts'
import type { Context } from '../context.ts'
import { podMakersIn } from '../pod-makers.ts'
import type { Found, Rule } from '../rule.ts'
import { labelsAt } from '../templates.ts'

/** Typical cause: the label is on the Deployment and not on its pod template. */
export const policySelectsNoPod: Rule = {
  id: 'policy-selects-no-pod',
  severity: 'warning',
  summary: 'a policy whose podSelector matches no pod of its namespace: it protects nothing',
  *find(context) {
    for (const { policy, object } of context.policies) {
      const { namespace, podSelector } = policy
      if (Object.keys(podSelector).length === 0 || selectsSome(namespace, podSelector, context)) continue
      const base = { object, path: ['spec', 'podSelector'] }
      const nothing = `namespace ${namespace} has no ${describeSelector(podSelector)}: this policy selects nothing`
      const owners = ownersOf(namespace, podSelector, context)
      if (owners.length > 0) yield { ...base, ...withOwners(nothing, owners, podSelector) } satisfies Found
      else yield { ...base, ...withoutOwners(nothing, namespace, podSelector, context) } satisfies Found
    }
  },
}

/** A separate rule covers pods on the host network. */
function selectsSome(namespace: string, selector: LabelSelector, { population, templatesIn }: Context): boolean {
  return [...population.podsIn(namespace), ...templatesIn(namespace)].some(({ labels }) =>
    matchesSelector(selector, labels),
  )
}

/** Workloads that have the labels on the workload object, which selectors do not read. */
function ownersOf(namespace: string, selector: LabelSelector, { templatesIn }: Context): ManifestObject[] {
  return templatesIn(namespace)
    .map(({ object }) => object)
    .filter(({ value }) => matchesSelector(selector, labelsAt(value)))
}

function withOwners(nothing: string, owners: readonly ManifestObject[], { matchLabels = {} }: LabelSelector) {
  const names = listed(owners.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`))
  const first = owners[0]!.place
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}: ${value}`)
  const lack = `${names} (${first.file}:${first.line}) ${owners.length === 1 ? 'has' : 'have'} the labels in metadata.labels, not in spec.template.metadata.labels`
  return {
    message: `${nothing}; ${lack}`,
    fix: `add to spec.template.metadata.labels of ${names}: {${labels.join(', ')}}`,
  }
}

function withoutOwners(nothing: string, namespace: string, selector: LabelSelector, context: Context) {
  if (!context.live && context.templatesIn(namespace).length === 0) {
    const message = `no workload of namespace ${namespace} is given here: whether this policy selects a pod is not known`
    return { severity: 'info' as const, message }
  }
  const makers = podMakersIn(namespace, selector, context)
  if (makers.length > 0) {
    const message = `namespace ${namespace} has no ${describeSelector(selector)} that are given here; pods made by ${listed(makers)} are not known`
    return { severity: 'info' as const, message }
  }
  const near = context
    .templatesIn(namespace)
    .map(({ object, labels }) => ({ object, wrong: wrongLabels(selector, labels) }))
    .toSorted((a, b) => a.wrong.length - b.wrong.length)[0]
  if (near === undefined || near.wrong.length >= Object.keys(selector.matchLabels ?? {}).length)
    return { message: nothing }
  const { kind, name } = near.object
  return {
    message: nothing,
    fix: `nearest are the pods of ${kind.toLowerCase()}/${name}: they have ${near.wrong.join(', ')}`,
  }
}

function wrongLabels({ matchLabels = {} }: LabelSelector, labels: Labels): string[] {
  return Object.entries(matchLabels)
    .filter(([key, value]) => labels[key] !== value)
    .map(([key]) => (labels[key] === undefined ? `no ${key}` : `${key}=${labels[key]}`))
}
