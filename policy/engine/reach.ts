import type { Direction } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { governing } from './governing.ts'
import type { Assumptions } from './implementation-choices.ts'
import { type Context, matchesPeer, matchesPort, matchesRule, type Traffic } from './match.ts'
import type { Socket } from './query.ts'
import type { CompiledPeer, CompiledPort, CompiledRule } from './rules.ts'
import type { End, Governing, PodActor } from './subjects.ts'

/** The answer of one side: no, yes, or unsure. Unsure means that it depends on implementation choices and the evaluator must try them. */
export const no = 0
export const yes = 1
export const unsure = 2
export type Answer = typeof no | typeof yes | typeof unsure

export interface ReachQuery {
  readonly socket: Socket
  /** Limit the answer to these pods. Default: all. */
  readonly targets?: readonly number[]
}

/** Pods of a matrix. Each represents its class and is identified by its index. */
export interface Reach {
  /**
   * Returns the answer of the policies of pod `own` for each other pod, by number, for a socket of the destination. Do not modify the
   * result.
   */
  row(direction: Direction, own: number, asked: ReachQuery): Uint8Array
  /** Returns the answer for one other pod. */
  one(direction: Direction, own: number, asked: { readonly socket: Socket; readonly other: number }): Answer
}

const unasked = 3

/**
 * Computes whole rows of a matrix with the matchers of the evaluator. Each distinct peer is matched once against each pod, however many
 * policies contain it. `ends` are pods that only NetworkPolicies govern. For an undefined end the answer is `unsure`.
 */
export function reachOf(ends: readonly (End | undefined)[], compiled: Compiled): Reach {
  const assumptions: Assumptions = { profile: compiled.profile, flipped: 0, consulted: 0 }
  const context: Context = { labelling: compiled.labelling, assumptions }
  const meant = new Map<string, Uint8Array>()
  const ids = new Map<object, number>()
  const selecting = ends.map((end) => (end?.actor.kind === 'pod' ? governedByPolicies(end.actor, compiled) : undefined))

  const everybody = [...ends.keys()]
  const missing = everybody.filter((at) => ends[at] === undefined)
  /** The row of a pod that nothing isolates. */
  const open = Uint8Array.from(ends, (end) => (end === undefined ? unsure : yes))
  const ask = (question: () => boolean): Answer => {
    assumptions.consulted = 0
    const answer = question()
    return assumptions.consulted !== 0 ? unsure : answer ? yes : no
  }
  const idOf = (selector: object | undefined): number => {
    if (selector === undefined) return -1
    const known = ids.get(selector) ?? ids.size
    ids.set(selector, known)
    return known
  }
  const keyOf = (peer: CompiledPeer): string => {
    if (peer.kind === 'pods') return `${peer.namespace ?? ''}|${idOf(peer.namespaces)}|${idOf(peer.pods)}`
    return peer.kind === 'networks' ? `${peer.network}|${peer.except.join()}` : `${idOf(peer)}`
  }
  const byPeer = new Map<CompiledPeer, Uint8Array>()
  const answersOf = (peer: CompiledPeer): Uint8Array => {
    const own = byPeer.get(peer)
    if (own !== undefined) return own
    const key = keyOf(peer)
    const answers = meant.get(key) ?? new Uint8Array(ends.length).fill(unasked)
    meant.set(key, answers)
    byPeer.set(peer, answers)
    return answers
  }
  const means = (peer: CompiledPeer, at: number): Answer => {
    const end = ends[at]
    return end === undefined ? unsure : ask(() => matchesPeer(peer, end, context))
  }
  const meantBy = (peer: CompiledPeer): ((at: number) => Answer) => {
    const answers = answersOf(peer)
    return (at) => {
      const known = answers[at]
      if (known !== unasked) return known as Answer
      const answer = means(peer, at)
      answers[at] = answer
      return answer
    }
  }
  const opens = (ports: readonly CompiledPort[], traffic: Traffic): Answer =>
    ports.length === 0 ? yes : ask(() => ports.some((port) => matchesPort(port, traffic, context)))

  return {
    one(direction, own, { socket, other }) {
      const [end, policies, remote] = [ends[own], selecting[own], ends[other]]
      if (end === undefined || policies === undefined || remote === undefined) return unsure
      if (!policies.isolated[direction]) return yes
      const target = direction === 'egress' ? remote.actor : end.actor
      const traffic: Traffic = { port: socket.port, protocol: socket.protocol, remote, target }
      let best: Answer = no
      for (const rule of policies.accepting[direction]) {
        if (meansAny(rule, other, means) === no) continue
        const answer = ask(() => matchesRule(rule, traffic, context))
        if (answer === yes) return yes
        if (answer === unsure) best = unsure
      }
      return best
    },
    row(direction, own, { socket, targets = everybody }) {
      const row = new Uint8Array(ends.length)
      const [end, policies] = [ends[own], selecting[own]]
      if (end === undefined || policies === undefined) return row.fill(unsure)
      if (!policies.isolated[direction]) return open
      const { port, protocol } = socket
      const trafficTo = (target: End): Traffic => ({ port, protocol, remote: target, target: target.actor })
      for (const rule of policies.accepting[direction]) {
        const named = direction === 'egress' && rule.ports.some(({ name }) => name !== undefined)
        if (named) {
          for (const at of targets) {
            const target = ends[at]
            if (row[at] === yes || target === undefined || meansAny(rule, at, (peer) => meantBy(peer)(at)) === no)
              continue
            raise(
              row,
              at,
              ask(() => matchesRule(rule, trafficTo(target), context)),
            )
          }
          continue
        }
        const byPort = opens(rule.ports, trafficTo(end))
        if (byPort === no) continue
        if (rule.peers.length === 0) fill(row, targets, byPort)
        for (const peer of rule.peers) merge(row, meantBy(peer), { targets, byPort })
      }
      for (const at of missing) row[at] = unsure
      return row
    },
  }

  function meansAny({ peers }: CompiledRule, at: number, asks: (peer: CompiledPeer, at: number) => Answer): Answer {
    if (peers.length === 0) return yes
    let best: Answer = no
    for (const peer of peers) {
      const answer = asks(peer, at)
      if (answer === yes) return yes
      if (answer === unsure) best = unsure
    }
    return best
  }
}

function fill(row: Uint8Array, targets: readonly number[], open: Answer): void {
  for (const at of targets) raise(row, at, open)
}

function merge(
  row: Uint8Array,
  meant: (at: number) => Answer,
  { targets, byPort }: { readonly targets: readonly number[]; readonly byPort: Answer },
): void {
  for (const at of targets) {
    if (row[at] === yes) continue
    const answer = meant(at)
    if (answer !== no) raise(row, at, both(byPort, answer))
  }
}

/** If other tiers may apply, the evaluator computes the rows instead. */
function governedByPolicies(actor: PodActor, compiled: Compiled): Governing | undefined {
  const found = governing(actor, compiled)
  return found.admin.length + found.baseline.length > 0 ? undefined : found
}

function both(a: Answer, b: Answer): Answer {
  if (a === no || b === no) return no
  return a === yes && b === yes ? yes : unsure
}

function raise(row: Uint8Array, at: number, answer: Answer): void {
  if (answer === yes || (answer === unsure && row[at] === no)) row[at] = answer
}
