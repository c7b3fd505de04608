import { layer4OfOutcome } from '../../checks/layer4.ts'
import type { Observation, Outcome } from '../../checks/outcome.ts'
import { reasonText } from '../../checks/reason-text.ts'
import type { ControlResult, Controls } from '../control/controls.ts'
import {
  type AddressDestination,
  addressDestinationOf,
  isLate,
  type PlannedCheck,
  socketText,
} from '../plan/planned-check.ts'

/** Why a check gives no evidence. */
export type Unknown =
  | 'not_run'
  | 'not_listening'
  | 'target_gone'
  | 'no_control'
  | 'no_route'
  | 'source_dead'
  | 'not_enforced'
  | 'late_policies'
  | 'intercepted'
  | 'overflow'
  | 'name'

/** How many new connections of a check succeeded, out of those that ran. */
export interface Counts {
  readonly open: number
  readonly of: number
  readonly notRun: number
  /** Connections that succeeded after a SYN retransmission, so that the endpoint is unknown. */
  readonly late: number
}

/** What a check shows after its controls were considered. */
export type ConnectionVerdict = Counts &
  (
    | { readonly state: 'open'; readonly outcome: Outcome }
    | { readonly state: 'leak'; readonly outcome: Outcome }
    | { readonly state: 'blocked'; readonly outcome: Outcome; readonly controls: readonly ControlResult[] }
    | { readonly state: 'unknown'; readonly cause: Unknown; readonly sentence: string; readonly outcome?: Outcome }
  )

/** What a check shows, without the counts. */
type Shows = ConnectionVerdict extends infer S ? (S extends ConnectionVerdict ? Omit<S, keyof Counts> : never) : never

/** Decides what the connections of one check show. A block counts only under all conditions of docs/verdicts.md#when-a-block-counts. */
export function connectionVerdictOf(
  plannedCheck: PlannedCheck,
  observations: readonly Observation[],
  controls: Controls,
): ConnectionVerdict {
  const outcomes = observations.map((observation) => observation.outcome)
  const lost = outcomes.filter((outcome) => outcome.reason === 'not_run' || isLate(plannedCheck, outcome))
  const ran = outcomes.filter((outcome) => !lost.includes(outcome))
  const open = ran.filter((outcome) => layer4OfOutcome(outcome, plannedCheck.check.kind) === 'open')
  const notRun = lost.filter(({ reason }) => reason === 'not_run').length
  const counts = { open: open.length, of: ran.length, notRun, late: lost.length - notRun }
  return { ...shownBy(plannedCheck, { lost, ran, open }, controls), ...counts } as ConnectionVerdict
}

interface Sorted {
  readonly lost: readonly Outcome[]
  readonly ran: readonly Outcome[]
  readonly open: readonly Outcome[]
}

function shownBy(plannedCheck: PlannedCheck, { lost, ran, open }: Sorted, controls: Controls): Shows {
  if (ran.length === 0) return didNotRun(lost[0], '')
  // The connections that did not run might have reached an endpoint of the other kind. The result is certain only if some connections succeeded and
  // more than one failed: a single failure may be a lost packet.
  const isSplit = open.length > 0 && ran.length - open.length > 1
  if (plannedCheck.singleSyn === true && !isSplit && lost.length > 0)
    return didNotRun(lost[0], `${lost.length} of ${lost.length + ran.length} connections `)
  return open.length > 0 ? openVerdict(plannedCheck, open, ran, controls) : closedVerdict(plannedCheck, ran, controls)
}

function didNotRun(outcome: Outcome | undefined, which: string): Shows {
  const sentence =
    outcome !== undefined && outcome.reason !== 'not_run'
      ? 'the connection was seen too late to tell which endpoint answered: this machine is too busy'
      : `${which}did not run: ${outcome?.detail ?? 'no answer from the probe'}`
  return { state: 'unknown', cause: 'not_run', sentence, ...(outcome === undefined ? {} : { outcome }) }
}

/** Connections that ended right after the handshake. A proxy in between may have completed the handshake. */
const endedAtOnce = new Set(['reset_after_connect', 'closed_after_connect'])

function openVerdict(
  plannedCheck: PlannedCheck,
  open: readonly Outcome[],
  ran: readonly Outcome[],
  controls: Controls,
): Shows {
  const outcome = open[0] as Outcome
  const address = plannedCheck.destination.kind === 'name' ? outcome.address : plannedCheck.destination.socket.address
  const hollow = plannedCheck.check.kind === 'tcp' || open.some(({ reason }) => endedAtOnce.has(reason))
  if (hollow && address !== undefined && controls.intercepted(plannedCheck.source, address)) {
    const sentence = 'something in between answers every connection (a port known to be closed accepted one too)'
    return { state: 'unknown', cause: 'intercepted', sentence, outcome }
  }
  return { state: open.length === ran.length ? 'open' : 'leak', outcome }
}

function closedVerdict(plannedCheck: PlannedCheck, ran: readonly Outcome[], controls: Controls): Shows {
  const outcome = ran[0] as Outcome
  const seen = new Set(ran.map((each) => layer4OfOutcome(each, plannedCheck.check.kind)))
  const unknown = (cause: Unknown, sentence: string): Shows => ({ state: 'unknown', cause, sentence, outcome })
  if (seen.has('name')) return unknown('name', `the name did not resolve: ${reasonText(outcome.reason)}`)
  const destination = addressDestinationOf(plannedCheck, outcome)
  if (seen.has('absent')) {
    if (outcome.reason === 'no_route') return unknown('no_route', 'the source has no route to it')
    if (destination === undefined || !isThere(destination, controls))
      return unknown('target_gone', `nothing has the address ${outcome.address} any more`)
  }
  if (destination === undefined)
    return unknown('no_control', `${reasonText(outcome.reason)}, and the name led to no address`)
  if (
    destination.kind === 'pod' &&
    outcome.reason === 'connect_timeout' &&
    controls.overflowed(`${destination.pod.namespace}/${destination.pod.name}`)
  ) {
    return unknown('overflow', 'the accept queue of the target overflowed: its silence says nothing')
  }
  const target = targetControl(destination, controls)
  if (target.shown !== true) return unknown(target.shown === false ? 'not_listening' : 'no_control', target.sentence)
  if (target.kind === 'port-forward' && seen.has('refused')) {
    return unknown(
      'no_control',
      `refused, and ${target.sentence}: whether anybody listens on the pod's address is not known`,
    )
  }
  const node = nodeOf(destination)
  const enforced = controls.enforced(node, destination.socket.family)
  if (enforced.shown === undefined) return unknown('not_enforced', enforced.sentence)
  const source = controls.sourceAlive(
    plannedCheck.source,
    node,
    destination.socket.family,
    destination.kind === 'pod' ? 'pod' : undefined,
  )
  if (source.shown !== true) return unknown('source_dead', source.sentence)
  if (!enforced.shown) return unknown('not_enforced', enforced.sentence)
  const known = controls.known(plannedCheck.source)
  if (known?.shown === false) return unknown('late_policies', known.sentence)
  return {
    state: 'blocked',
    outcome,
    controls: [target, source, enforced, ...(known === undefined ? [] : [known])],
  }
}

/** Whether every possible host of the address answered in this run. */
function isThere(destination: AddressDestination, { targetAlive }: Controls): boolean {
  const sockets =
    destination.kind === 'virtual' || destination.kind === 'node' ? destination.endpoints : [destination.socket]
  return sockets.length > 0 && sockets.every((socket) => targetAlive(socket).shown === true)
}

/** A virtual address is alive if one of its endpoints is. Every other address, including a node address without a Service, needs a control itself. */
function targetControl(destination: AddressDestination, controls: Controls): ControlResult {
  const itself = destination.kind === 'node' && destination.endpoints.length === 0
  if (destination.kind === 'pod' || destination.kind === 'external' || itself)
    return controls.targetAlive(destination.socket)
  const shown = destination.endpoints.map((socket) => controls.targetAlive(socket))
  const alive = shown.find((each) => each.shown === true)
  if (alive !== undefined) return alive.kind === 'port-forward' ? alive : { ...alive, kind: 'endpoint' }
  return (
    shown[0] ?? { shown: false, kind: 'none', sentence: `no ready endpoints behind ${socketText(destination.socket)}` }
  )
}

function nodeOf(destination: AddressDestination): string | undefined {
  if (destination.kind === 'pod') return destination.pod.node
  return destination.kind === 'node' ? destination.node.name : undefined
}
