import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../policy/parse.ts'

const rule = (value: unknown) => ({ spec: { podSelector: {}, ingress: [value] } })
const from = (value: unknown) => rule({ from: [value] })
const port = (value: unknown) => rule({ ports: [value] })

const cases: readonly (readonly [string, object, string | undefined])[] = [
  [
    'a policy selector',
    { spec: { podSelector: { app: 'ui' } } },
    'the selector is empty and selects every pod of the namespace',
  ],
  [
    'a selector that keeps an expression',
    { spec: { podSelector: { app: 'ui', matchExpressions: [{ key: 'a', operator: 'Exists' }] } } },
    'only matchExpressions decides which pods match',
  ],
  ['a pod peer', from({ podSelector: { app: 'ui' } }), 'the selector is empty and matches every pod'],
  ['a namespace peer', from({ namespaceSelector: { team: 'a' } }), 'the selector is empty and matches every namespace'],
  [
    'a misspelt podSelector',
    { spec: { podselector: {} } },
    'the policy has no podSelector and selects every pod of its namespace',
  ],
  [
    'rules beside spec',
    { spec: { podSelector: {} }, ingress: [] },
    'no ingress rule is left, so a policy for Ingress denies all of it',
  ],
  [
    'a from outside of a rule',
    { spec: { from: [] } },
    'no ingress rule is left, so a policy for Ingress denies all of it',
  ],
  ['a to in an ingress rule', rule({ to: [] }), 'the rule has no from and allows every source'],
  ['a podSelector in a rule', rule({ podSelector: {} }), 'the rule has no from and allows every source'],
  ['a port in a rule', rule({ from: [{ podSelector: {} }], port: 80 }), 'the rule allows every port'],
  ['a port in a peer', from({ podSelector: {}, port: 80 }), 'this peer is for every port that the rule allows'],
  ['a peer without a known key', from({ podselector: {} }), 'the peer is empty, and the API server refuses that'],
  [
    'a misspelt podSelector of a peer',
    from({ namespaceSelector: {}, podSelectors: {} }),
    'the peer matches every pod of these namespaces',
  ],
  [
    'a misspelt namespaceSelector of a peer',
    from({ namespaceselector: {}, podSelector: {} }),
    "the peer matches pods of the policy's own namespace alone",
  ],
  ['an excepts in a network', from({ ipBlock: { cidr: '10.0.0.0/8', excepts: [] } }), 'the whole network matches'],
  ['a number in a port', port({ number: 80 }), 'the item allows every port of its protocol'],
  ['an unknown key that changes nothing', rule({ from: [{ podSelector: {} }], note: 'x' }), undefined],
]

describe('an unknown key', () => {
  it.each(cases)('in %s: the error says what remains', (_, object, remains) => {
    const { problems } = parsePolicy({ metadata: { name: 'p' }, ...object }, () => undefined)
    const [message = ''] = problems.map((problem) => problem.message).filter((text) => text.includes('unknown field'))
    const [, effect] = message.split('without strict validation it is dropped, and ')
    expect(message).toContain('unknown field')
    expect(effect).toBe(remains)
  })
})
