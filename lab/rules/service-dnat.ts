import type { Frontend } from './frontends.ts'
import { layer4 } from './ports.ts'
import { type Block, chainBlock } from './ruleset.ts'

/**
 * Packet marks before translation. The lower half is the endpoint's number among those of the frontend, chosen at
 * random. A `masqueraded` packet gets the node as its source when it leaves the node. A `near` packet may only go to
 * endpoints on this node. `hairpinMark` is the next bit.
 */
const marks = { plain: 0, masqueraded: 0x1_0000, near: 0x2_0000 } as const

/** The bit that tells postrouting to set the node as source. */
export const masqueradeMark = marks.masqueraded

/**
 * One frontend in the kernel: elements of the maps `entries`, `endpoints` and `unserved`, and the chains that they
 * need.
 */
export interface Route {
  readonly entries: readonly string[]
  readonly endpoints: readonly string[]
  readonly unserved: readonly string[]
  readonly chains: readonly Block[]
}

/**
 *  side      traffic   from               goes to
 *  internal  Cluster   anyone             any endpoint; none: rejected, as every packet that still has a ClusterIP
 *  internal  Local     anyone             endpoints on this node; none here: dropped
 *  external  Cluster   anyone             any endpoint, masqueraded; none: rejected
 *  external  Local     pods, this node    any endpoint; none: rejected
 *  external  Local     others             endpoints on this node, seen with their own address; none here: dropped
 */
export function routeOf(frontend: Frontend): Route {
  const { side, traffic, targets } = frontend
  const near = targets.filter((target) => target.near)
  const key = `${frontend.address} . ${layer4[frontend.protocol]} . ${String(frontend.port)}`
  const to = (mark: number, list: Frontend['targets']): readonly string[] =>
    list.map(({ address, port }, index) => `${key} . ${hex(mark + index)} : ${address} . ${String(port)}`)
  const nothing = { entries: [], endpoints: [], unserved: [], chains: [] }
  if (targets.length === 0) return side === 'internal' ? nothing : { ...nothing, unserved: [`${key} : goto refuse`] }
  if (side === 'external' && traffic === 'Local') {
    const chain = nearChain(near.length, targets.length)
    return {
      entries: [`${key} : goto ${chain.head.slice('chain '.length)}`],
      endpoints: [...to(marks.plain, targets), ...to(marks.near, near)],
      unserved: near.length === 0 ? [`${key} : goto not_here`] : [],
      chains: [pickChain('plain', targets.length), chain],
    }
  }
  const usable = traffic === 'Local' ? near : targets
  if (usable.length === 0) return { ...nothing, unserved: [`${key} : drop`] }
  const way = side === 'external' ? 'masqueraded' : 'plain'
  const chain = pickChain(way, usable.length)
  return {
    ...nothing,
    entries: [`${key} : goto ${way}_${String(usable.length)}`],
    endpoints: to(marks[way], usable),
    chains: [chain],
  }
}

/** Looks up the chosen endpoint. A packet without such an endpoint stays unchanged. */
export const translateChain = chainBlock(
  'translate',
  (['ip', 'ip6'] as const).map(
    (header, index) =>
      `meta l4proto { tcp, udp, sctp } dnat ${header} to ` +
      `${header} daddr . meta l4proto . th dport . meta mark map @endpoints${index === 0 ? '4' : '6'}`,
  ),
)

function pickChain(way: keyof typeof marks, count: number): Block {
  return chainBlock(`${way}_${String(count)}`, draw(marks[way], count))
}

function nearChain(near: number, all: number): Block {
  const inCluster = ['ip saddr @pods4', 'ip6 saddr @pods6', 'ip saddr @own4', 'ip6 saddr @own6']
  return chainBlock(`near_${String(near)}_${String(all)}`, [
    ...inCluster.map((match) => `${match} goto plain_${String(all)}`),
    ...(near === 0 ? [] : draw(marks.near, near)),
  ])
}

const draw = (mark: number, count: number): readonly string[] => [
  `meta mark set numgen random mod ${String(count)} offset ${String(mark)}`,
  'goto translate',
]

const hex = (mark: number): string => `0x${mark.toString(16)}`
