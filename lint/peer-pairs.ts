import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '../fabric/world.ts'
import type { LabelSelector, PolicyPeer } from '../policy/types.ts'
import type { Context } from './context.ts'
import { type BlockAt, blocksIn, holdersIn, isWithin } from './networks.ts'
import { perContext } from './per-context.ts'
import { type PeerAt, peersIn } from './policy-rules.ts'

/** Two items of one list of peers. The broader item either makes the narrower one redundant, or was meant to be restricted by it. */
export interface PeerPair {
  readonly broad: PeerAt
  readonly narrow: PeerAt
  /**
   * `covered`: the broad item matches everything that the narrow one matches. `split`: the narrow one matches no pod, but pods of the broad
   * one have its labels.
   */
  readonly kind: 'covered' | 'split'
  /** Adjacent items, a namespaceSelector and a podSelector: probably two dashes where one would make a single item. */
  readonly joinable: boolean
  /** The pods of the input that the two would match as one item. */
  readonly joined: readonly Pod[]
}

export const peerPairsOf = perContext((context: Context): readonly PeerPair[] => {
  const blocks = Map.groupBy(blocksIn(context), ({ rule }) => rule)
  return [...Map.groupBy(peersIn(context), ({ rule }) => rule)].flatMap(([rule, all]) => {
    const peers = all.filter(({ peer }) => peer.ipBlock === undefined)
    const ofSelectors = peers.flatMap((narrow) => pairOf(narrow, peers, context) ?? [])
    return [...ofSelectors, ...blockPairs(blocks.get(rule) ?? [])]
  })
})

function pairOf(narrow: PeerAt, peers: readonly PeerAt[], context: Context): PeerPair | undefined {
  const halves = peers.filter((broad) => isBeside(broad, narrow) && areHalves(broad.peer, narrow.peer))
  const isCovering = (broad: PeerAt) => {
    if (broad === narrow || !covers(broad.peer, narrow.peer)) return false
    return indexOf(broad) < indexOf(narrow) || !covers(narrow.peer, broad.peer)
  }
  const covering = halves.find(isCovering) ?? peers.find(isCovering)
  const broad = covering ?? halves.find((half) => isSplit(half, narrow, context))
  if (broad === undefined) return undefined
  const joinable = halves.includes(broad)
  const kind = covering === undefined ? 'split' : 'covered'
  const pods = joinable ? context.population.peersOf(broad.policy.namespace, joinedPeer(broad, narrow)) : []
  const joined = pods.filter(({ place }) => place !== undefined)
  return { broad, narrow, kind, joinable, joined }
}

/** The rule `except-opened-again` handles a narrow network with an `except`. */
function blockPairs(blocks: readonly BlockAt[]): PeerPair[] {
  const holders = holdersIn(blocks)
  return blocks.flatMap((narrow): PeerPair[] => {
    if (narrow.except.length > 0) return []
    const broad = holders(narrow.cidr, narrow.cidr.bits).find(
      ({ cidr, except, ...other }) =>
        (cidr.bits < narrow.cidr.bits || indexOf(other) < indexOf(narrow)) &&
        except.every((hole) => !isWithin(hole, narrow.cidr) && !isWithin(narrow.cidr, hole)),
    )
    return broad === undefined ? [] : [{ broad, narrow, kind: 'covered', joinable: false, joined: [] }]
  })
}

/** The index in the list of peers. */
function indexOf({ peerPath }: Pick<PeerAt, 'peerPath'>): number {
  return Number(peerPath.at(-1))
}

function isBeside(a: PeerAt, b: PeerAt): boolean {
  return Math.abs(indexOf(a) - indexOf(b)) === 1
}

function areHalves(broad: PolicyPeer, narrow: PolicyPeer): boolean {
  const [spaces, pods] = [Object.keys(broad), Object.keys(narrow)]
  return isDeepStrictEqual(spaces, ['namespaceSelector']) && isDeepStrictEqual(pods, ['podSelector'])
}

/** The policy's own namespace is known and has no such pod, but a namespace of the broad item has one. */
function isSplit(broad: PeerAt, narrow: PeerAt, context: Context): boolean {
  const { namespace } = narrow.policy
  if (context.templatesIn(namespace).length === 0 || context.operatorsIn(namespace).length > 0) return false
  const { peersOf } = context.population
  return peersOf(namespace, narrow.peer).length === 0 && peersOf(namespace, joinedPeer(broad, narrow)).length > 0
}

function joinedPeer(broad: PeerAt, narrow: PeerAt): PolicyPeer {
  return { ...broad.peer, ...narrow.peer }
}

/** Whether selectors match everything that others match, as far as their text shows. */
function covers(broad: PolicyPeer, narrow: PolicyPeer): boolean {
  const spaces =
    broad.namespaceSelector === undefined
      ? narrow.namespaceSelector === undefined
      : isImplied(broad.namespaceSelector, narrow.namespaceSelector ?? {})
  return spaces && isImplied(broad.podSelector ?? {}, narrow.podSelector ?? {})
}

/** Whether everything that the narrow selector matches satisfies every condition of the broad one. */
function isImplied(broad: LabelSelector, narrow: LabelSelector): boolean {
  const labels = Object.entries(broad.matchLabels ?? {}).every(([key, value]) => narrow.matchLabels?.[key] === value)
  const expressions = (broad.matchExpressions ?? []).every((expression) =>
    (narrow.matchExpressions ?? []).some((other) => isDeepStrictEqual(other, expression)),
  )
  return labels && expressions
}
