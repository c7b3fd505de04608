import type { Actor, Governing, PodActor } from './actors.ts'
import { identityOf } from './classes.ts'
import type { Compiled } from './compile.ts'
import type { DifferenceOptions, Group } from './difference.ts'
import { governing } from './governing.ts'
import type { Socket } from './matrix.ts'
import { locate } from './networks.ts'
import { hostOf } from './population.ts'
import type { CompiledPolicy } from './rules.ts'
import type { PolicyPod } from './world.ts'

/** Pods of one world that nothing tells apart. */
export interface Moment {
  readonly actors: readonly Actor[]
  readonly sockets: readonly Socket[]
  /** Equal at two moments iff nothing that policies look at has changed for these pods. */
  readonly signature: string
}

/** The same pods in two worlds; in one of them they may not be there. */
export interface Pair {
  readonly group: Group
  readonly before: Moment | undefined
  readonly after: Moment | undefined
}

/** Folds the pods of two worlds into groups that no policy tells apart, before nor after; pods are the same where their names are. */
export function pairsOf(before: Compiled, after: Compiled, options: DifferenceOptions): Pair[] {
  const [was, is] = [momentsOf('before', before, options), momentsOf('after', after, options)]
  const names = new Set([...was.keys(), ...is.keys()])
  const folded = Map.groupBy(names, (name) => `${was.get(name)?.key}\n${is.get(name)?.key}`)
  const pairs = [...folded.values()].map((members): Pair => {
    const at = (moments: typeof was): Moment | undefined => {
      const own = members.flatMap((name) => moments.get(name) ?? [])
      const [first] = own
      return first && { actors: own.map(({ actor }) => actor), sockets: first.sockets, signature: first.key }
    }
    const pod = (is.get(members[0]!) ?? was.get(members[0]!))?.pod
    return { group: { names: members, pod }, before: at(was), after: at(is) }
  })
  return options.outside === undefined
    ? pairs
    : [...pairs, ...outsideOf(options.outside, options.outsideToo ?? [], { before, after })]
}

function outsideOf(
  address: string,
  sockets: readonly Socket[],
  { before, after }: { readonly before: Compiled; readonly after: Compiled },
): Pair[] {
  const moment = (compiled: Compiled): Moment[] => {
    const located = locate(compiled.networks, address)
    if (located === undefined || compiled.byAddress.has(located.text)) return []
    const actor = { kind: 'external', address: located, hostname: undefined } as const
    return [{ actors: [actor], sockets: [...outsideSockets, ...sockets], signature: '' }]
  }
  const [[was], [is]] = [moment(before), moment(after)]
  return was && is ? [{ group: { names: [address], pod: undefined }, before: was, after: is }] : []
}

/** What is asked of the world outside, for all its ports. */
const outsideSockets: readonly Socket[] = [
  { port: 443, protocol: 'TCP' },
  { port: 53, protocol: 'UDP' },
]

interface Seen {
  readonly actor: Actor
  readonly pod: PolicyPod
  readonly sockets: readonly Socket[]
  readonly key: string
}

function momentsOf(when: 'before' | 'after', compiled: Compiled, options: DifferenceOptions): Map<string, Seen> {
  const { sockets = ({ ports }) => ports, fold = () => '' } = options
  const nodesMatter = [...compiled.pods.values()].some(({ pod }) => pod.hostNetwork)
  const signatures = new Map<Governing, string>()
  const cidrs = new Map([...compiled.networks.ids].toReversed().map(([text, id]) => [id, text]))
  const seen = [...compiled.pods].flatMap(([name, own]): [string, Seen][] => {
    if (own.addresses.length === 0) return []
    const actor = own.pod.hostNetwork ? hostOf(own, compiled.nodes) : own
    if (actor === undefined) return []
    const listening = sockets(own.pod, when)
    const ports = listening.map(({ port, protocol }) => `${port}/${protocol}`).toSorted()
    const policies = policySignature(own, compiled, signatures)
    const key = [fold(own.pod), identityText(own, nodesMatter, cidrs), ports.join(' '), policies].join('|')
    return [[name, { actor, pod: own.pod, sockets: listening, key }]]
  })
  return new Map(seen)
}

/** What policies see of a pod, comparable between worlds: labels and CIDRs instead of their numbers. */
function identityText(own: PodActor, nodesMatter: boolean, cidrs: ReadonlyMap<number, string>): string {
  const { labels, space, addresses } = own
  const blocks = addresses.map(({ family, networks }) => [
    family,
    ...[...networks].map((id) => cidrs.get(id) ?? '').toSorted(),
  ])
  const identity = identityOf({ ...own, labels: { id: 0, labels: {} }, addresses: [] }, nodesMatter)
  return JSON.stringify([identity, sorted(labels.labels), sorted(space.labels.labels), space.labelsKnown, blocks])
}

/** The texts of all policies that select a pod; equal policies of two worlds have the same. */
function policySignature(own: PodActor, compiled: Compiled, known: Map<Governing, string>): string {
  const selecting = governing(own, compiled)
  const found = known.get(selecting)
  if (found !== undefined) return found
  const all = [...selecting.admin, ...selecting.policies, ...selecting.baseline]
  const text = all.map(policyText).toSorted().join('\n')
  known.set(selecting, text)
  return text
}

const texts = new WeakMap<object, string>()

function policyText({ source: { policy } }: CompiledPolicy): string {
  const known = texts.get(policy)
  if (known !== undefined) return known
  const { place: _, ...content } = policy
  const text = JSON.stringify(content)
  texts.set(policy, text)
  return text
}

function sorted(labels: Readonly<Record<string, string>>): string[][] {
  return Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
