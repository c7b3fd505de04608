import { isDeepStrictEqual } from 'node:util'
import { listed } from '../../fabric/lookup/listed.ts'
import type { Cidr } from '../../policy/cidr.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { NetworkPolicy } from '../../policy/types.ts'
import type { Context } from '../context.ts'
import { type BlockAt, blocksIn, holdersIn, isWithin } from '../networks.ts'
import { type RuleAt, rulesIn } from '../policy-rules.ts'
import { describeRange, type PortRange, rangesIn, sharedRanges } from '../port-ranges.ts'
import type { Rule } from '../rule.ts'

/** An `except` restricts only its own peer (docs/semantics.md, rule 30), and policies for the same pods are additive (rule 6). */
export const exceptOpenedAgain: Rule = {
  id: 'except-opened-again',
  severity: 'warning',
  summary: 'an except that another peer, rule or policy of the same pods opens again',
  restsOnPresence: true,
  *find(context) {
    const blocks = blocksIn(context)
    const openers = openersIn(blocks, context)
    for (const at of blocks.filter(({ except }) => except.length > 0)) {
      for (const [index, hole] of at.except.entries()) {
        const found = openers(hole, at)
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

/**
 * Returns what may allow the excluded addresses: networks that contain them and rules for everyone, those of the same rule first. A network
 * that is narrower than the block with the `except` is an intended exception to it.
 */
function openersIn(blocks: readonly BlockAt[], context: Context): (hole: Cidr, at: BlockAt) => readonly Opener[] {
  const key = ({ policy, direction }: Opener) => `${direction} ${policy.namespace}`
  const holders = new Map([...Map.groupBy(blocks, key)].map(([each, own]) => [each, holdersIn(own)]))
  const everyone = Map.groupBy(
    rulesIn(context).filter(({ rule }) => rule.peers.length === 0),
    key,
  )
  return (hole, at) => {
    const around = holders.get(key(at))?.(hole, at.cidr.bits) ?? []
    const [own, others] = [true, false].map((wanted) => around.filter(({ rule }) => (rule === at.rule) === wanted))
    return [...own!, ...others!, ...(everyone.get(key(at)) ?? [])]
  }
}

type Opener = BlockAt | RuleAt

interface Pair {
  readonly at: BlockAt
  readonly other: Opener
  readonly context: Context
}

function openingOf(hole: Cidr, { at, other, context }: Pair): { by: string; on: string } | undefined {
  if (other === at || ('except' in other && other.except.some((each) => isWithin(hole, each)))) return undefined
  if (other.object !== at.object && !context.mayMeet(other.object, at.object)) return undefined
  if (other.object !== at.object && !selectsAllOf(other.policy, at.policy, context)) return undefined
  const by = nameOf(other, at)
  if (other.rule === at.rule) return { by, on: '' }
  const own = rangesIn(at.rule)
  const ports = sharedRanges(own, rangesIn(other.rule)).filter((range) => !isDns(range) || own.some(isDns))
  if (ports.length === 0) return undefined
  return { by, on: isDeepStrictEqual(ports, own) ? '' : ` on ${listed(ports.map(describeRange))}` }
}

/** A DNS rule usually applies to everyone, and an `except` is not about DNS. */
function isDns({ first, last }: PortRange): boolean {
  return first === last && (first === 53 || first === 5353)
}

/** A policy that selects only some of the pods may be an intended exception for them. */
function selectsAllOf(other: NetworkPolicy, own: NetworkPolicy, { population }: Context): boolean {
  if (Object.keys(other.podSelector).length === 0 || isDeepStrictEqual(other.podSelector, own.podSelector)) return true
  const pods = population.select(own.namespace, own.podSelector)
  return pods.length > 0 && pods.every(({ labels }) => matchesSelector(other.podSelector, labels))
}

function nameOf(other: Opener, { rule, object }: BlockAt): string {
  const what = 'cidr' in other ? other.cidr.text : 'a rule for everyone'
  if (other.rule === rule) return `${what} of the same rule`
  const [, direction, index] = other.path
  const where = `${direction}[${index}]`
  if (other.object === object) return `${what} of ${where}`
  const { file, line } = other.object.place
  return `${what} of ${where} of policy ${other.policy.name} (${file}:${line}), which selects these pods too,`
}
