import { labelKeyFault, labelValueFault } from '../../policy/names.ts'
import type { LabelExpression, LabelSelector } from '../../policy/types.ts'

/** Parses a selector of `kubectl -l` (`app=web,tier in (a,b),!debug`). Returns an error message if it is invalid. */
export function readLabelSelector(text: string): LabelSelector | string {
  const matchExpressions: LabelExpression[] = []
  for (const part of text.split(/,(?![^(]*\))/).map((each) => each.trim())) {
    const expression = readExpression(part)
    if (typeof expression === 'string') return expression
    matchExpressions.push(expression)
  }
  return { matchExpressions }
}

function readExpression(text: string): LabelExpression | string {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text)
  if (set) {
    const [, key = '', word, values = ''] = set
    return checked({
      key,
      operator: word === 'in' ? 'In' : 'NotIn',
      values: values.split(',').map((each) => each.trim()),
    })
  }
  const pair = /^([^=!\s]+)\s*(==?|!=)\s*([^=!\s]*)$/.exec(text)
  if (pair) {
    const [, key = '', sign, value = ''] = pair
    return checked({ key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] })
  }
  if (text.startsWith('!')) return checked({ key: text.slice(1).trim(), operator: 'DoesNotExist' })
  return checked({ key: text, operator: 'Exists' })
}

function checked(expression: LabelExpression): LabelExpression | string {
  const fault =
    labelKeyFault(expression.key) ?? expression.values?.map(labelValueFault).find((each) => each !== undefined)
  return fault ?? expression
}
