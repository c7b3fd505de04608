import { describe, expect, it } from 'vitest'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { LabelExpression } from '../../policy/types.ts'

const env = (operator: LabelExpression['operator'], ...values: string[]) => ({
  matchExpressions: [{ key: 'env', operator, ...(values.length === 0 ? {} : { values }) }],
})

describe('matchesSelector', () => {
  it('rule 23: an empty selector matches everything', () => {
    expect(matchesSelector({}, {})).toBe(true)
  })
  it('rule 23: matchLabels and every expression must hold', () => {
    const selector = { matchLabels: { app: 'ui' }, ...env('In', 'prod') }
    expect(matchesSelector(selector, { app: 'ui', env: 'prod' })).toBe(true)
    expect(matchesSelector(selector, { app: 'ui', env: 'dev' })).toBe(false)
    expect(matchesSelector(selector, { app: 'api', env: 'prod' })).toBe(false)
  })
  it('rule 24: In needs the key and one of the values; Exists and DoesNotExist look at the key alone', () => {
    expect(matchesSelector(env('In', 'prod'), {})).toBe(false)
    expect(matchesSelector(env('Exists'), { env: '' })).toBe(true)
    expect(matchesSelector(env('Exists'), {})).toBe(false)
    expect(matchesSelector(env('DoesNotExist'), {})).toBe(true)
    expect(matchesSelector(env('DoesNotExist'), { env: '' })).toBe(false)
  })
  it('rule 25: NotIn matches an absent key', () => {
    expect(matchesSelector(env('NotIn', 'prod'), {})).toBe(true)
    expect(matchesSelector(env('NotIn', 'prod'), { env: 'dev' })).toBe(true)
    expect(matchesSelector(env('NotIn', 'prod'), { env: 'prod' })).toBe(false)
  })
  it('does not take what objects inherit for labels', () => {
    expect(matchesSelector({ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, {})).toBe(false)
  })
})

describe('describeSelector', () => {
  it('says all pods for an empty selector', () => {
    expect(describeSelector({})).toBe('all pods')
    expect(describeSelector({}, 'namespaces')).toBe('all namespaces')
  })
  it('says labels and expressions as people do', () => {
    expect(describeSelector({ matchLabels: { app: 'ui' } })).toBe('pods labelled app=ui')
    const selector = {
      matchLabels: { app: 'ui' },
      matchExpressions: [
        { key: 'debug', operator: 'DoesNotExist' } as const,
        ...env('NotIn', 'a', 'b').matchExpressions,
      ],
    }
    expect(describeSelector(selector)).toBe('pods labelled app=ui, env not in (a, b), without label debug')
  })
})
