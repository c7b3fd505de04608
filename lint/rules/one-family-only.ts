import { blocksIn } from '../networks.ts'
import type { Rule } from '../rule.ts'

/** `0.0.0.0/0` covers all of IPv4 and nothing of IPv6 (docs/semantics.md, rule 34). */
export const oneFamilyOnly: Rule = {
  id: 'one-family-only',
  severity: 'warning',
  summary: '0.0.0.0/0 without ::/0, or the other way round, on a dual-stack cluster',
  restsOnPresence: true,
  *find(context) {
    if (context.world.families.assigned.length < 2) return
    const whole = blocksIn(context).filter(({ cidr: { bits } }) => bits === 0)
    const byRule = Map.groupBy(whole, ({ rule }) => rule)
    for (const { object, peerPath, rule, cidr } of whole) {
      if (byRule.get(rule)?.some((each) => each.cidr.family !== cidr.family)) continue
      const other = cidr.family === 4 ? '::/0' : '0.0.0.0/0'
      const message = `${cidr.text} is all of IPv${cidr.family} alone, and this cluster has both families`
      yield { object, path: [...peerPath, 'ipBlock', 'cidr'], message, fix: `add - ipBlock: {cidr: "${other}"}` }
    }
  },
}
