import { z } from 'zod'
import type { RuleCount } from '../../fabric/fabric.ts'
import type { Direction, NetworkPolicy } from '../../policy/types.ts'
import { longNames } from './rule-name.ts'

/** The counter of a policy rule, with the links of the pods that share its chain. */
export interface ChainCount extends RuleCount {
  readonly links: readonly string[]
}

const rule = z.object({
  chain: z.string(),
  comment: z.string().optional(),
  expr: z.array(z.looseObject({ counter: z.object({ packets: z.number() }).optional() })),
})
const verdict = z.looseObject({ jump: z.object({ target: z.string() }).optional() })
const map = z.object({ name: z.string(), elem: z.array(z.tuple([z.string(), verdict])).default([]) })
const listing = z.object({
  nftables: z.array(z.looseObject({ rule: z.unknown().optional(), map: z.unknown().optional() })),
})

/**
 * Parses `nft -j list table inet crosscheck_policies`: one entry per policy rule and chain, summed over the packet
 * filter rules that implement it. Denials (`denied ingress`) and leaks (`leak namespace/pod`) are left out. Throws on
 * other output.
 */
export function policyCounts(json: string, policies: readonly NetworkPolicy[]): readonly ChainCount[] {
  const { nftables } = listing.parse(JSON.parse(json))
  const links = linksByChain(nftables.flatMap((entry) => (entry.map === undefined ? [] : [map.parse(entry.map)])))
  const names = longNames(policies)
  const counts = new Map<string, ChainCount>()
  for (const entry of nftables) {
    if (entry.rule === undefined) continue
    const { chain, comment = '', expr } = rule.parse(entry.rule)
    const direction = directionOf(comment)
    if (direction === undefined) continue
    const packets = expr.reduce((sum, { counter }) => sum + (counter?.packets ?? 0), 0)
    const key = `${chain} ${comment}`
    counts.set(key, {
      rule: names.get(comment) ?? comment,
      direction,
      packets: packets + (counts.get(key)?.packets ?? 0),
      links: links.get(chain) ?? [],
    })
  }
  return [...counts.values()]
}

function linksByChain(maps: readonly z.infer<typeof map>[]): ReadonlyMap<string, readonly string[]> {
  const pairs = maps
    .flatMap(({ elem }) => elem)
    .flatMap(([link, { jump }]) => (jump === undefined ? [] : [{ link, chain: jump.target }]))
  return new Map([...Map.groupBy(pairs, ({ chain }) => chain)].map(([chain, all]) => [chain, all.map((p) => p.link)]))
}

function directionOf(comment: string): Direction | undefined {
  const match = / (ingress|egress)\[\d+\]$/.exec(comment)
  return match === null ? undefined : match[1] === 'ingress' ? 'ingress' : 'egress'
}
