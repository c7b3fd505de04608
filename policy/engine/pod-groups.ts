import type { Compiled } from './compiled.ts'
import { createKeys, type Keys } from './keys.ts'
import { locate } from './networks.ts'
import { hostOf } from './population.ts'
import { actorsOf, type PossibleEnd } from './possible-ends.ts'
import type { Socket } from './query.ts'
import type { Edited } from './recompile.ts'
import type { Actor, PodActor } from './subjects.ts'
import type { PolicyPod } from './world.ts'

/** Pods of one world that nothing distinguishes. */
export interface Moment {
  readonly actors: readonly Actor[]
  readonly sockets: readonly Socket[]
  /** Equal in two worlds if and only if nothing that policies see has changed for these pods. */
  readonly signature: number
}

/** The same pods in two worlds. They may be missing in one of them. */
export interface Pair {
  readonly group: Group
  readonly before: Moment | undefined
  readonly after: Moment | undefined
}

/** Groups the pods of two worlds so that no policy distinguishes pods of a group, before or after. Pods are matched by name. */
export function pairsOf(before: Compiled, after: Compiled, options: DifferenceOptions): Pair[] {
  const keys = createKeys()
  const was = seenIn(before.pods, { when: 'before', compiled: before, options, keys })
  const is = seenIn(after.pods, { when: 'after', compiled: after, options, keys })
  const names = new Set([...was.keys(), ...is.keys()])
  const twice = [...names].map((name): Twice => ({ name, was: was.get(name), is: is.get(name) }))
  return [...foldedBy(twice).map(pairOf), ...outsideOf({ before, after }, options)]
}

/** Does the same for many edits of one world, whose pods are scanned once. */
export function pairsAfterEdits(
  before: Compiled,
  options: DifferenceOptions,
): (edited: Edited, possible?: readonly PossibleEnd[]) => Pair[] {
  const keys = createKeys()
  const was = seenIn(before.pods, { when: 'before', compiled: before, options, keys })
  const groups = Map.groupBy(was, ([, { key }]) => key)
  const standing = [...groups.values()].map((members) =>
    pairOf(members.map(([name, own]) => ({ name, was: own, is: own }))),
  )
  const placeOf = ({ group }: Pair) => was.get(group.names[0]!)?.at ?? 0
  return ({ compiled, touched }, possible = []) => {
    const is = seenIn(touched, { when: 'after', compiled, options, keys })
    const pairs = standing.flatMap((pair) => {
      const { names } = pair.group
      // A group belongs to one namespace, which is touched as a whole.
      if (!touched.has(names[0]!)) return [pair]
      return foldedBy(names.map((name) => ({ name, was: was.get(name), is: is.get(name) }))).map(pairOf)
    })
    const inOrder = pairs.length === standing.length ? pairs : pairs.toSorted((a, b) => placeOf(a) - placeOf(b))
    const both = { before, after: compiled }
    return [...inOrder, ...outsideOf(both, options), ...possible.flatMap((end) => possiblePair(end, both, keys))]
  }
}

/** A possible end, as it would be in each world. */
function possiblePair(end: PossibleEnd, { before, after }: Both, keys: Keys): Pair[] {
  const moment = (compiled: Compiled): Moment[] => {
    const actors = actorsOf(end, compiled)
    const [first] = actors
    if (first === undefined) return []
    const key = first.kind === 'pod' ? keys.of(compiled)(first, { folded: end.label, listening: [] }) : -1
    return [{ actors, sockets: [], signature: key }]
  }
  const [[was], [is]] = [moment(before), moment(after)]
  const pod = end.kind === 'pod' ? end.pod : undefined
  return was && is ? [{ group: { names: [end.label], pod, label: end.label }, before: was, after: is }] : []
}

/** A pod as it appears in each world. */
interface Twice {
  readonly name: string
  readonly was: Seen | undefined
  readonly is: Seen | undefined
}

function foldedBy(all: readonly Twice[]): Twice[][] {
  return [...Map.groupBy(all, ({ was, is }) => `${was?.key} ${is?.key}`).values()]
}

function pairOf(members: readonly Twice[]): Pair {
  const [first] = members
  const pod = (first?.is ?? first?.was)?.pod
  const before = momentOf(members.flatMap(({ was }) => was ?? []))
  const same = members.every(({ was, is }) => was === is)
  const after = same ? before : momentOf(members.flatMap(({ is }) => is ?? []))
  return { group: { names: members.map(({ name }) => name), pod }, before, after }
}

function momentOf(seen: readonly Seen[]): Moment | undefined {
  const [first] = seen
  return first && { actors: seen.map(({ actor }) => actor), sockets: first.sockets, signature: first.key }
}

interface Both {
  readonly before: Compiled
  readonly after: Compiled
}

function outsideOf({ before, after }: Both, { outside }: DifferenceOptions): Pair[] {
  if (outside === undefined) return []
  const moment = (compiled: Compiled): Moment[] => {
    const located = locate(compiled.networks, outside)
    if (located === undefined || compiled.byAddress.has(located.text)) return []
    const actor = { kind: 'external', address: located, hostname: undefined } as const
    return [{ actors: [actor], sockets: outsideSockets, signature: -1 }]
  }
  const [[was], [is]] = [moment(before), moment(after)]
  return was && is ? [{ group: { names: [outside], pod: undefined }, before: was, after: is }] : []
}

/** The sockets to query outside the cluster, each standing for all its ports. */
const outsideSockets: readonly Socket[] = [
  { port: 443, protocol: 'TCP' },
  { port: 53, protocol: 'UDP' },
]

interface Seen {
  readonly actor: Actor
  readonly pod: PolicyPod
  readonly sockets: readonly Socket[]
  readonly key: number
  /** Its index among all pods. */
  readonly at: number
}

interface Looking {
  readonly when: 'before' | 'after'
  readonly compiled: Compiled
  readonly options: DifferenceOptions
  readonly keys: Keys
}

/** Pods that have addresses, by name. */
function seenIn(pods: ReadonlyMap<string, PodActor>, { when, compiled, options, keys }: Looking): Map<string, Seen> {
  const { sockets = ({ ports }) => ports, fold = () => '' } = options
  const keyOf = keys.of(compiled)
  const seen = new Map<string, Seen>()
  const lists = new Map<number, readonly Socket[]>()
  for (const [name, own] of pods) {
    if (own.addresses.length === 0) continue
    const actor = own.pod.hostNetwork ? hostOf(own, compiled.nodes) : own
    if (actor === undefined) continue
    const listening = sockets(own.pod, when)
    const key = keyOf(own, { folded: fold(own.pod), listening })
    // Pods with the same key have the same ports, so one list serves all.
    const shared = lists.get(key) ?? listening
    lists.set(key, shared)
    seen.set(name, { actor, pod: own.pod, sockets: shared, key, at: seen.size })
  }
  return seen
}

/** Pods that no policy distinguishes, before or after. An empty group stands for addresses outside the cluster. */
export interface Group {
  /** `namespace/name` of each pod. For an address outside the cluster, the address. */
  readonly names: readonly string[]
  /** One of its pods, as it is after the change, or before if it no longer exists. */
  readonly pod: PolicyPod | undefined
  /** For a possible end: `any pod of namespace x`. */
  readonly label?: string
}

export interface DifferenceOptions {
  /** The ports of a pod to query. Default: the ports that it declares. */
  readonly sockets?: (pod: PolicyPod, when: 'before' | 'after') => readonly Socket[]
  /** Separates pods that policies do not distinguish, such as those of different workloads. */
  readonly fold?: (pod: PolicyPod) => string
  /** An address that stands for everything outside the cluster. */
  readonly outside?: string
}
