import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '../../fabric/world.ts'
import { parseCidr } from '../../policy/cidr.ts'
import type { IpBlock, LabelSelector, PolicyPeer } from '../../policy/types.ts'
import type { Context } from './context.ts'
import { isWithin, networks } from './networks.ts'
import { perContext } from './per-context.ts'
import { type PeerAt, peersIn } from './policy-rules.ts'

/** Two items of one list of peers, of which the broader makes the narrower pointless, or was meant to be restricted by it. */
export interface PeerPair {
  readonly broad: PeerAt
  readonly narrow: PeerAt
  /** `covered`: all that the narrow item matches the broad one matches too. `split`: the narrow one matches no pod, and pods of the broad one have its labels. */
  readonly kind: 'covered' | 'split'
  /** A namespaceSelector and a podSelector, one below the other: two dashes where one makes an item of both. */
  readonly joinable: boolean
  /** The pods of the input that both would match as one item. */
  readonly joined: readonly Pod[]
}

export const peerPairsOf = perContext((context: Context): readonly PeerPair[] =>
  [...Map.groupBy(peersIn(context), ({ rule }) => rule).values()].flatMap((peers) =>
    peers.flatMap((narrow) => pairOf(narrow, peers, context) ?? []),
  ),
)

function pairOf(narrow: PeerAt, peers: readonly PeerAt[], context: Context): PeerPair | undefined {
  const at = peers.indexOf(narrow)
  const others = peers.flatMap((broad, index) =>
    index === at ? [] : [{ broad, joinable: Math.abs(index - at) === 1 && areHalves(broad.peer, narrow.peer), index }],
  )
  const covering = others
    .filter(({ broad, index }) => covers(broad.peer, narrow.peer) && (index < at || !covers(narrow.peer, broad.peer)))
    .toSorted((a, b) => Number(b.joinable) - Number(a.joinable))[0]
  const split = others.find((other) => other.joinable && isSplit(other.broad, narrow, context))
  const found = covering ?? split
  if (found === undefined) return undefined
  const { broad, joinable } = found
  const kind = covering === undefined ? 'split' : 'covered'
  return { broad, narrow, kind, joinable, joined: joinable ? joinedPods(broad, narrow, context) : [] }
}

function areHalves(broad: PolicyPeer, narrow: PolicyPeer): boolean {
  const [spaces, pods] = [Object.keys(broad), Object.keys(narrow)]
  return isDeepStrictEqual(spaces, ['namespaceSelector']) && isDeepStrictEqual(pods, ['podSelector'])
}

/** The policy's own namespace is known and has no such pod, while a namespace of the broad item has. */
function isSplit(broad: PeerAt, narrow: PeerAt, context: Context): boolean {
  const { namespace } = narrow.policy
  if (context.templatesIn(namespace).length === 0 || context.operatorsIn(namespace).length > 0) return false
  const own = context.population.peersOf(namespace, narrow.peer)
  return own.length === 0 && joinedPods(broad, narrow, context).length > 0
}

function joinedPods(broad: PeerAt, narrow: PeerAt, { population }: Context): readonly Pod[] {
  const peer = { ...broad.peer, ...narrow.peer }
  return population.peersOf(broad.policy.namespace, peer).filter(({ place }) => place !== undefined)
}

/** Whether a peer matches all that another matches, as far as their texts show it. */
function covers(broad: PolicyPeer, narrow: PolicyPeer): boolean {
  if (broad.ipBlock !== undefined || narrow.ipBlock !== undefined)
    return broad.ipBlock !== undefined && narrow.ipBlock !== undefined && coversBlock(broad.ipBlock, narrow.ipBlock)
  const spaces =
    broad.namespaceSelector === undefined
      ? narrow.namespaceSelector === undefined
      : isImplied(broad.namespaceSelector, narrow.namespaceSelector ?? {})
  return spaces && isImplied(broad.podSelector ?? {}, narrow.podSelector ?? {})
}

/** Whether what the narrow selector matches satisfies every condition of the broad one. */
function isImplied(broad: LabelSelector, narrow: LabelSelector): boolean {
  const labels = Object.entries(broad.matchLabels ?? {}).every(([key, value]) => narrow.matchLabels?.[key] === value)
  const expressions = (broad.matchExpressions ?? []).every((expression) =>
    (narrow.matchExpressions ?? []).some((other) => isDeepStrictEqual(other, expression)),
  )
  return labels && expressions
}

/** A narrow network with an `except` is another rule's concern (`except-opened-again`). */
function coversBlock(broad: IpBlock, narrow: IpBlock): boolean {
  const [outer, inner] = [broad, narrow].map(({ cidr }) => parseCidr(cidr)?.cidr)
  if (outer === undefined || inner === undefined || !isWithin(inner, outer) || narrow.except !== undefined) return false
  return networks(broad.except ?? []).every((hole) => !isWithin(hole, inner) && !isWithin(inner, hole))
}
