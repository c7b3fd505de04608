import { entries, items, oneOf, readOnce, refuseUnknownKeys, text, typeName } from './decode.ts'
import { selectorRemains } from './dropped-keys.ts'
import { type Field, field, isAbsent, isObject, report } from './field.ts'
import { invalidValue, labelKeyFault, labelValueFault } from './names.ts'
import type { LabelExpression, LabelSelector, Labels } from './types.ts'

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const

/**
 * Parses a map of labels. Numbers and booleans are decode errors and are never coerced (docs/semantics.md, rule 26). Null is the empty
 * string, as in Go.
 */
export const parseLabels = readOnce((of): Labels => {
  const labels = entries(of).flatMap(([key, value]) => {
    refuse(value, key, labelKeyFault(key), 'key')
    const label = parseLabelValue(value)
    return label === undefined ? [] : [[key, label] as const]
  })
  return Object.fromEntries(labels)
})

/**
 * Parses a metav1.LabelSelector. Returns undefined for absent and null, which differ from an empty selector (docs/semantics.md, rule 21).
 */
export function parseSelector(of: Field): LabelSelector | undefined {
  if (isAbsent(of)) return undefined
  if (!isObject(of.value)) {
    report(of, {
      message: `expected a label selector, got ${typeName(of.value)}`,
      hint: 'write matchLabels: {key: value}',
    })
    return undefined
  }
  refuseUnknownKeys(of, ['matchLabels', 'matchExpressions'], {
    hintFor: (key) => (typeof field(of, key).value === 'string' ? `write matchLabels: {${key}: …}` : undefined),
    remains: selectorRemains,
  })
  const matchLabels = parseLabels(field(of, 'matchLabels'))
  const matchExpressions = items(field(of, 'matchExpressions')).flatMap(parseExpression)
  return {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  }
}

function parseExpression(of: Field): LabelExpression[] {
  refuseUnknownKeys(of, ['key', 'operator', 'values'])
  if (!isObject(of.value)) {
    report(of, { message: `expected an object with key and operator, got ${typeName(of.value)}` })
    return []
  }
  const [keyField, operatorField, valuesField] = [field(of, 'key'), field(of, 'operator'), field(of, 'values')]
  const key = text(keyField)
  if (isAbsent(keyField)) report(keyField, { message: 'Required value: the label key', hint: 'write key: app' })
  if (key !== undefined) refuse(keyField, key, labelKeyFault(key), 'value')
  const operator = oneOf(operatorField, operators)
  if (isAbsent(operatorField)) {
    report(operatorField, { message: 'Required value: the operator', hint: `one of ${operators.join(', ')}` })
  }
  const values = items(valuesField).flatMap((value) => parseLabelValue(value) ?? [])
  if (operator !== undefined) refuseValueCount(valuesField, operator)
  return key === undefined || operator === undefined
    ? []
    : [{ key, operator, ...(values.length === 0 ? {} : { values }) }]
}

function refuseValueCount(values: Field, operator: LabelExpression['operator']): void {
  const count = Array.isArray(values.value) ? values.value.length : 0
  const needsValues = operator === 'In' || operator === 'NotIn'
  if (needsValues && count === 0) {
    report(values, {
      message: "Required value: must be specified when `operator` is 'In' or 'NotIn'",
      hint: 'write values: [a, b]',
    })
  }
  if (!needsValues && count > 0) {
    const hint = `leave values out, or use ${operator === 'Exists' ? 'In' : 'NotIn'}`
    report(values, { message: "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'", hint })
  }
}

function parseLabelValue(of: Field): string | undefined {
  if (isAbsent(of)) {
    const message = 'a label without a value: the API server reads it as the empty string'
    report(of, { message, hint: 'write "" if that is meant', severity: 'warning' })
    return ''
  }
  const value = text(of)
  if (value !== undefined) refuse(of, value, labelValueFault(value), 'value')
  return value
}

function refuse(of: Field, word: string, fault: string | undefined, part: 'key' | 'value'): void {
  if (fault !== undefined) report(of, { message: invalidValue(word, fault), part })
}
