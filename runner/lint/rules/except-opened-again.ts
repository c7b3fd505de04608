import { type BlockAt, blocksIn, isWithin } from '../networks.ts'
import type { Rule } from '../rule.ts'

/** An `except` takes away from its own peer alone (semantics rule 30). */
export const exceptOpenedAgain: Rule = {
  id: 'except-opened-again',
  severity: 'warning',
  summary: 'an except that another peer of the same rule opens again',
  *find(context) {
    const blocks = Map.groupBy(blocksIn(context), ({ rule }) => rule)
    for (const own of blocks.values()) {
      for (const at of own) {
        for (const [index, hole] of at.except.entries()) {
          const other = own.find(
            (each) => opens(each, at) && isWithin(hole, each.cidr) && !each.except.some((one) => isWithin(hole, one)),
          )
          if (other === undefined) continue
          const message = `except ${hole.text} is open all the same: ${other.cidr.text} of the same rule admits it, and an except counts for its own peer alone`
          yield {
            object: at.object,
            path: [...at.peerPath, 'ipBlock', 'except', index],
            message,
            fix: `write the except under ${other.cidr.text} too`,
          }
        }
      }
    }
  },
}

/** A narrower network of the same rule is an exception from the exception, and meant. */
function opens(other: BlockAt, at: BlockAt): boolean {
  return other !== at && other.cidr.bits <= at.cidr.bits
}
