import type { LabelExpression, LabelSelector, Labels } from './types.ts'

/**
 * Whether labels satisfy a selector: all of matchLabels and every expression (docs/semantics.md, rules 23 to 26). An empty selector matches
 * everything.
 */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (labelOf(labels, key) !== value) return false
  }
  return (selector.matchExpressions ?? []).every((expression) => matchesExpression(expression, labels))
}

/** Whether labels satisfy one expression. `NotIn` also matches if the key is absent (rule 25). */
export function matchesExpression(expression: LabelExpression, labels: Labels): boolean {
  const value = labelOf(labels, expression.key)
  switch (expression.operator) {
    case 'In':
      return value !== undefined && (expression.values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(expression.values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return expression.operator satisfies never
  }
}

/** Describes a selector in words: `pods labelled app=ui, tier in (web, api), without debug`, or `all pods` for an empty one. */
export function describeSelector(selector: LabelSelector, noun = 'pods'): string {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  const expressions = selector.matchExpressions ?? []
  const compared = expressions.filter(({ operator }) => operator === 'In' || operator === 'NotIn').map(describe)
  const present = expressions.filter(({ operator }) => operator === 'Exists' || operator === 'DoesNotExist')
  const labelled = [...labels, ...compared].join(', ')
  const words = [...(labelled === '' ? [] : [`labelled ${labelled}`]), ...present.map(describe)]
  return words.length === 0 ? `all ${noun}` : `${noun} ${words.join(', ')}`
}

function describe({ key, operator, values = [] }: LabelExpression): string {
  const words = {
    In: `${key} in (${values.join(', ')})`,
    NotIn: `${key} not in (${values.join(', ')})`,
    Exists: `with label ${key}`,
    DoesNotExist: `without label ${key}`,
  }
  return words[operator]
}

/** Own keys only, because a label key can be `constructor`. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
