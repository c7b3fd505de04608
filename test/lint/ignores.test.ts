import { describe, expect, it } from 'vitest'
import { lintText } from './linted.ts'

/** Rules and lines of what is found in a policy that selects nothing, at line 6, and has inert rules, at line 9. */
function found(lines: Partial<Record<'head' | 'above' | 'behind' | 'next', string>>): string[] {
  const text = `${lines.head ?? '# nothing'}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec:
${lines.above ?? '  # nothing'}
  podSelector: {matchLabels: {app: web}}${lines.behind ?? ''}
${lines.next ?? '  # nothing'}
  egress: []
  policyTypes: [Ingress]
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b, namespace: shop}
spec: {podSelector: {}, egress: []}
`
  return lintText(text).map(({ rule, place }) => `${place.line} ${rule}`)
}

const all = ['7 policy-selects-no-pod', '9 inert-rules', '19 inert-rules']

describe('crosscheck-ignore', () => {
  it('is not needed for what nobody ignores', () => {
    expect(found({})).toEqual(all)
  })

  it('behind something holds for its line alone', () => {
    expect(found({ behind: ' # crosscheck-ignore policy-selects-no-pod, inert-rules: later' })).toEqual(all.slice(1))
  })

  it('on a line of its own holds for the next line that is no comment', () => {
    const above = '  # crosscheck-ignore policy-selects-no-pod: later'
    expect(found({ above })).toEqual(all.slice(1))
    expect(found({ above: `${above}\n\n  # and so on` })).toEqual(['11 inert-rules', '21 inert-rules'])
    expect(found({ above, next: '  # crosscheck-ignore inert-rules: later' })).toEqual(all.slice(2))
  })

  it('before the first line of a document holds for this document', () => {
    expect(found({ head: '# crosscheck-ignore inert-rules: later' })).toEqual([all[0], all[2]])
    expect(found({ head: '# ours\n---\n# crosscheck-ignore inert-rules: later' })).toEqual([
      '9 policy-selects-no-pod',
      '21 inert-rules',
    ])
  })

  it('for another rule ignores nothing', () => {
    expect(found({ above: '  # crosscheck-ignore inert-rules: later' })).toEqual(all)
  })

  it.each([
    ['  # crosscheck-ignore policy-selects-no-pod', 'this comment gives no reason, and ignores nothing without one'],
    ['  # crosscheck-ignore policy-selects-no-pod:  ', 'this comment gives no reason, and ignores nothing without one'],
    ['  # crosscheck-ignore', 'this comment names no rule'],
  ])('without a reason or a rule is a finding: %s', (above) => {
    expect(found({ above })).toEqual(['6 bad-ignore', ...all])
  })

  it('for a rule that does not exist is a finding, and the others that it names are ignored', () => {
    const above = '  # crosscheck-ignore policy-selects-no-pods, policy-selects-no-pod: later'
    expect(found({ above })).toEqual(['6 bad-ignore', ...all.slice(1)])
  })

  it('cannot ignore what is wrong with itself', () => {
    expect(found({ head: '# crosscheck-ignore bad-ignore: no', above: '  # crosscheck-ignore' })).toEqual([
      '6 bad-ignore',
      ...all,
    ])
  })
})
