import { describe, expect, test } from 'vitest'
import { isAskable, searchCandidates } from '../../../checks/resolver/search.ts'

const conf = { search: ['app.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], ndots: 5 }
const names = (name: string, using = conf): readonly string[] =>
  searchCandidates(name, using).map((candidate) => candidate.name)

describe('the search list', () => {
  test('comes first for a name with fewer dots than ndots, and the name itself last', () => {
    expect(names('api')).toEqual(['api.app.svc.cluster.local', 'api.svc.cluster.local', 'api.cluster.local', 'api'])
  })

  test('comes after the name itself when it has as many dots as ndots', () => {
    expect(names('a.b', { ...conf, ndots: 1 })[0]).toBe('a.b')
    expect(names('a.b', { ...conf, ndots: 1 })).toHaveLength(4)
  })

  test('is not used for a name with a final dot', () => {
    expect(names('api.app.svc.cluster.local.')).toEqual(['api.app.svc.cluster.local'])
  })

  test('may hold the root, which stands for the name itself', () => {
    expect(names('api', { search: ['a.', '.'], ndots: 1 })).toEqual(['api.a', 'api'])
  })
})

test('names that DNS cannot carry are known', () => {
  expect(['a', 'x'.repeat(63), '_http._tcp.a'].map(isAskable)).toEqual([true, true, true])
  expect(['', 'a..b', 'x'.repeat(64), 'ü', Array(64).fill('abc').join('.')].map(isAskable)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
})
