import { expect, test } from 'vitest'
import { policyCounts } from '../../../lab/rules/counters.ts'
import { policyRuleset } from '../../../lab/rules/policies.ts'
import { policyTable } from '../../../lab/rules/ruleset.ts'
import type { NetworkPolicy } from '../../../policy/types.ts'
import { linksOf, pod, policy, rule, world } from '../worlds.ts'
import { load } from './kernel.ts'

/** What nft lists of these policies on two dual-stack pods, as if each rule of the kernel had seen 5 packets. */
function listed(policies: readonly NetworkPolicy[]): string {
  const of = world({ pods: [pod('x/a', ['10.1.0.1', 'fd00::1']), pod('x/b', ['10.1.0.2', 'fd00::2'])], policies })
  const leaks = [{ pod: 'x/b', every: 1, of: 2 }]
  const text = policyRuleset({
    world: of,
    links: linksOf(of),
    settings: { enforcement: 'enforced', deny: 'drop', leaks },
  })
  const counted = text.replaceAll(' counter ', ' counter packets 5 bytes 300 ')
  return load([counted], ['-j', 'list', 'table', 'inet', policyTable])
}

test('a rule’s packets are summed over its families, apart for each chain, with the links of its pods', () => {
  const policies = [policy('x/p', { ingress: [rule(), rule({ peers: [{ podSelector: {} }] })] })]
  expect(policyCounts(listed(policies), policies)).toEqual([
    { rule: 'x/p ingress[0]', direction: 'ingress', packets: 5, links: ['p0'] },
    { rule: 'x/p ingress[1]', direction: 'ingress', packets: 10, links: ['p0'] },
    { rule: 'x/p ingress[0]', direction: 'ingress', packets: 5, links: ['p1'] },
    { rule: 'x/p ingress[1]', direction: 'ingress', packets: 10, links: ['p1'] },
  ])
})

test('egress rules are told apart, and denials and leaks are not counted as rules', () => {
  const policies = [policy('x/p', { policyTypes: ['egress', 'ingress'], egress: [rule()] })]
  expect(policyCounts(listed(policies), policies)).toEqual([
    { rule: 'x/p egress[0]', direction: 'egress', packets: 5, links: ['p0', 'p1'] },
  ])
})

test('names too long for a comment come back whole, and two that begin alike stay apart', () => {
  const long = (end: string) => policy(`x/${'p'.repeat(200)}${end}`, { ingress: [rule()] })
  const policies = [long('a'), long('b')]
  const rules = policyCounts(listed(policies), policies).map((count) => count.rule)
  expect(new Set(rules)).toEqual(new Set(policies.map(({ name }) => `x/${name} ingress[0]`)))
})

test('the listing of another program is refused', () => {
  expect(() => policyCounts('{"version":1}', [])).toThrow()
})
