import { isDeepStrictEqual } from 'node:util'
import type { Cidr } from '../../../policy/cidr.ts'
import { matchesSelector } from '../../../policy/selector.ts'
import type { NetworkPolicy } from '../../../policy/types.ts'
import type { Context } from '../context.ts'
import { type BlockAt, blocksIn, isWithin } from '../networks.ts'
import { type RuleAt, rulesIn } from '../policy-rules.ts'
import { describeRange, type PortRange, rangesIn, sharedRanges } from '../port-ranges.ts'
import type { Rule } from '../rule.ts'
import { listed } from '../words.ts'

/** An `except` takes away from its own peer alone (semantics rule 30), and policies of the same pods add up (rule 6). */
export const exceptOpenedAgain: Rule = {
  id: 'except-opened-again',
  severity: 'warning',
  summary: 'an except that another peer, rule or policy of the same pods opens again',
  restsOnPresence: true,
  *find(context) {
    const blocks = blocksIn(context)
    const openers = [...blocks, ...rulesIn(context).filter(({ rule }) => rule.peers.length === 0)]
    for (const at of blocks.filter(({ except }) => except.length > 0)) {
      const nearFirst = [...blocks.filter(({ rule }) => rule === at.rule), ...openers]
      for (const [index, hole] of at.except.entries()) {
        const found = nearFirst
          .values()
          .map((other) => openingOf(hole, { at, other, context }))
          .find((opening) => opening !== undefined)
        if (found === undefined) continue
        const { by, on } = found
        const message = `except ${hole.text} is open all the same${on}: ${by} allows it, and an except counts for its own peer alone`
        const path = [...at.peerPath, 'ipBlock', 'except', index]
        yield { object: at.object, path, message, fix: `write the except there too, or restrict that rule` }
      }
    }
  },
}

interface Pair {
  readonly at: BlockAt
  readonly other: BlockAt | RuleAt
  readonly context: Context
}

function openingOf(hole: Cidr, { at, other, context }: Pair): { by: string; on: string } | undefined {
  if (other === at || other.direction !== at.direction || !opens(other, at, hole)) return undefined
  if (other.object !== at.object && !selectsAllOf(other.policy, at.policy, context)) return undefined
  const by = nameOf(other, at)
  if (other.rule === at.rule) return { by, on: '' }
  const own = rangesIn(at.rule)
  const ports = sharedRanges(own, rangesIn(other.rule)).filter((range) => !isDns(range) || own.some(isDns))
  if (ports.length === 0) return undefined
  return { by, on: isDeepStrictEqual(ports, own) ? '' : ` on ${listed(ports.map(describeRange))}` }
}

/** A network that is narrower than the one it is taken from is an exception from the exception, and meant. */
function opens(other: BlockAt | RuleAt, at: BlockAt, hole: Cidr): boolean {
  if (!('cidr' in other)) return true
  const wide = other.cidr.bits <= at.cidr.bits && isWithin(hole, other.cidr)
  return wide && !other.except.some((each) => isWithin(hole, each))
}

/** A rule for DNS is for everyone as a rule, and is not what an except is about. */
function isDns({ first, last }: PortRange): boolean {
  return first === last && (first === 53 || first === 5353)
}

/** A policy for some of the pods alone may be an exception for these. */
function selectsAllOf(other: NetworkPolicy, own: NetworkPolicy, { population }: Context): boolean {
  if (other.namespace !== own.namespace) return false
  if (Object.keys(other.podSelector).length === 0 || isDeepStrictEqual(other.podSelector, own.podSelector)) return true
  const pods = population.select(own.namespace, own.podSelector)
  return pods.length > 0 && pods.every(({ labels }) => matchesSelector(other.podSelector, labels))
}

function nameOf(other: BlockAt | RuleAt, { rule, object }: BlockAt): string {
  const what = 'cidr' in other ? other.cidr.text : 'a rule for everyone'
  if (other.rule === rule) return `${what} of the same rule`
  const [, direction, index] = other.path
  const where = `${direction}[${index}]`
  if (other.object === object) return `${what} of ${where}`
  const { file, line } = other.object.place
  return `${what} of ${where} of policy ${other.policy.name} (${file}:${line}), which selects these pods too,`
}
