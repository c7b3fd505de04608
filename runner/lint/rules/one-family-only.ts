import { blocksIn } from '../networks.ts'
import { rangesOf } from '../ranges.ts'
import type { Rule } from '../rule.ts'

/** `0.0.0.0/0` is all of IPv4 and nothing of IPv6 (semantics rule 34). */
export const oneFamilyOnly: Rule = {
  id: 'one-family-only',
  severity: 'warning',
  summary: '0.0.0.0/0 without ::/0, or the other way round, on a dual-stack cluster',
  *find(context) {
    if (!rangesOf(context).dualStack) return
    const blocks = blocksIn(context)
    for (const { object, peerPath, rule, cidr } of blocks.filter(({ cidr: { bits } }) => bits === 0)) {
      const both = blocks.some((each) => each.rule === rule && each.cidr.bits === 0 && each.cidr.family !== cidr.family)
      if (both) continue
      const other = cidr.family === 4 ? '::/0' : '0.0.0.0/0'
      const message = `${cidr.text} is all of IPv${cidr.family} alone, and this cluster has both families`
      yield { object, path: [...peerPath, 'ipBlock', 'cidr'], message, fix: `add - ipBlock: {cidr: "${other}"}` }
    }
  },
}
