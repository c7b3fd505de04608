import { matchesExpression } from '../selector.ts'
import type { LabelExpression, LabelSelector, Labels } from '../types.ts'
import type { FailedCondition } from './prediction.ts'
import type { PodActor, Space } from './subjects.ts'

/** Lists each requirement of a pod selector that the pod's labels do not satisfy. */
export function failedPodLabels(selector: LabelSelector, { labels }: PodActor): FailedCondition[] {
  return failedRequirements(selector, labels.labels).map((requirement) => ({
    on: 'pod label',
    key: requirement.key,
    sentence: `label \`${requirement.key}\` ${wanted(requirement)}, got ${got(labels.labels, requirement.key)}`,
  }))
}

/** Lists each requirement of a namespace selector that the namespace's labels do not satisfy. */
export function failedSpaceLabels(selector: LabelSelector, space: Space): FailedCondition[] {
  const labels = space.labels.labels
  return failedRequirements(selector, labels).map((requirement) => {
    const { key } = requirement
    const has = Object.hasOwn(labels, key) ? `has ${key}=${labels[key]}` : `has no label \`${key}\``
    const known = space.labelsKnown ? '' : ' as far as is known: its labels were not given'
    return {
      on: 'namespace label',
      key,
      sentence: `namespace ${labelled(requirement)} expected; ${space.name} ${has}${known}`,
    }
  })
}

function failedRequirements({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels) {
  const equal = Object.entries(matchLabels).map(
    ([key, value]): LabelExpression => ({ key, operator: 'In', values: [value] }),
  )
  return [...equal, ...matchExpressions].filter((expression) => !matchesExpression(expression, labels))
}

function wanted({ operator, values = [] }: LabelExpression): string {
  const list = values.map((value) => `\`${value}\``).join(', ')
  const words = {
    In: values.length === 1 ? `expected ${list}` : `expected one of ${list}`,
    NotIn: values.length === 1 ? `expected not ${list}` : `expected none of ${list}`,
    Exists: 'expected',
    DoesNotExist: 'expected absent',
  }
  return words[operator]
}

function labelled({ key, operator, values = [] }: LabelExpression): string {
  const words = {
    In: values.length === 1 ? `labelled ${key}=${values[0]}` : `labelled ${key} in (${values.join(', ')})`,
    NotIn: `not labelled ${key} in (${values.join(', ')})`,
    Exists: `with label ${key}`,
    DoesNotExist: `without label ${key}`,
  }
  return words[operator]
}

function got(labels: Labels, key: string): string {
  return Object.hasOwn(labels, key) ? `\`${labels[key]}\`` : 'none'
}
