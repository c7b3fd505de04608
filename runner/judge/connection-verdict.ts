import { layer4OfOutcome } from '../../checks/layer4.ts'
import type { Observation, Outcome } from '../../checks/outcome.ts'
import { reasonText } from '../../checks/reason-text.ts'
import type { Controls, Shown } from '../control/controls.ts'
import { type AddressAim, addressAimOf, type Dial, isLate, socketText } from '../plan/planned-check.ts'

/** Why nothing can be said of a path. */
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

/** How many new connections of a dial got through, of those that ran. */
export interface Counts {
  readonly open: number
  readonly of: number
  readonly notRun: number
  /** Got through, and so late that it is not known at which endpoint. */
  readonly late: number
}

/** What was seen of one dial, once held against the controls. */
export type Sight = Counts &
  (
    | { readonly state: 'open'; readonly outcome: Outcome }
    | { readonly state: 'leak'; readonly outcome: Outcome }
    | { readonly state: 'blocked'; readonly outcome: Outcome; readonly controls: readonly Shown[] }
    | { readonly state: 'unknown'; readonly cause: Unknown; readonly sentence: string; readonly outcome?: Outcome }
  )

/** What one sight shows, before its connections are counted. */
type Shows = Sight extends infer S ? (S extends Sight ? Omit<S, keyof Counts> : never) : never

/** Decides what the connections of one dial show: nothing counts as blocked unless every condition of docs/verdicts.md holds (1 to 5). */
export function sightOf(dial: Dial, observations: readonly Observation[], controls: Controls): Sight {
  const outcomes = observations.map((observation) => observation.outcome)
  const lost = outcomes.filter((outcome) => outcome.reason === 'not_run' || isLate(dial, outcome))
  const ran = outcomes.filter((outcome) => !lost.includes(outcome))
  const open = ran.filter((outcome) => layer4OfOutcome(outcome, dial.check.kind) === 'open')
  const notRun = lost.filter(({ reason }) => reason === 'not_run').length
  const counts = { open: open.length, of: ran.length, notRun, late: lost.length - notRun }
  return { ...shownBy(dial, { lost, ran, open }, controls), ...counts } as Sight
}

interface Sorted {
  readonly lost: readonly Outcome[]
  readonly ran: readonly Outcome[]
  readonly open: readonly Outcome[]
}

function shownBy(dial: Dial, { lost, ran, open }: Sorted, controls: Controls): Shows {
  if (ran.length === 0) return didNotRun(lost[0], '')
  // Those that did not run may be the ones that would have met an endpoint that does not answer, or one that does: only both kinds, and more than a lost packet, are known then.
  const isSplit = open.length > 0 && ran.length - open.length > 1
  if (dial.singleSyn === true && !isSplit && lost.length > 0)
    return didNotRun(lost[0], `${lost.length} of ${lost.length + ran.length} connections `)
  return open.length > 0 ? openSight(dial, open, ran, controls) : closedSight(dial, ran, controls)
}

function didNotRun(outcome: Outcome | undefined, which: string): Shows {
  const sentence =
    outcome !== undefined && outcome.reason !== 'not_run'
      ? 'the connection was seen too late to tell which endpoint answered: this machine is too busy'
      : `${which}did not run: ${outcome?.detail ?? 'no answer from the probe'}`
  return { state: 'unknown', cause: 'not_run', sentence, ...(outcome === undefined ? {} : { outcome }) }
}

/** Nothing was said beyond the handshake, which something in between can have made. */
const endedAtOnce = new Set(['reset_after_connect', 'closed_after_connect'])

function openSight(dial: Dial, open: readonly Outcome[], ran: readonly Outcome[], controls: Controls): Shows {
  const outcome = open[0] as Outcome
  const address = dial.aim.kind === 'name' ? outcome.address : dial.aim.socket.address
  const hollow = dial.check.kind === 'tcp' || open.some(({ reason }) => endedAtOnce.has(reason))
  if (hollow && address !== undefined && controls.intercepted(dial.source, address)) {
    const sentence = 'something in between answers every connection (a port known to be closed accepted one too)'
    return { state: 'unknown', cause: 'intercepted', sentence, outcome }
  }
  return { state: open.length === ran.length ? 'open' : 'leak', outcome }
}

function closedSight(dial: Dial, ran: readonly Outcome[], controls: Controls): Shows {
  const outcome = ran[0] as Outcome
  const seen = new Set(ran.map((each) => layer4OfOutcome(each, dial.check.kind)))
  const unknown = (cause: Unknown, sentence: string): Shows => ({ state: 'unknown', cause, sentence, outcome })
  if (seen.has('name')) return unknown('name', `the name did not resolve: ${reasonText(outcome.reason)}`)
  const aim = addressAimOf(dial, outcome)
  if (seen.has('absent')) {
    if (outcome.reason === 'no_route') return unknown('no_route', 'the source has no route to it')
    if (aim === undefined || !isThere(aim, controls))
      return unknown('target_gone', `nothing has the address ${outcome.address} any more`)
  }
  if (aim === undefined) return unknown('no_control', `${reasonText(outcome.reason)}, and the name led to no address`)
  if (
    aim.kind === 'pod' &&
    outcome.reason === 'connect_timeout' &&
    controls.overflowed(`${aim.pod.namespace}/${aim.pod.name}`)
  ) {
    return unknown('overflow', 'the accept queue of the target overflowed: its silence says nothing')
  }
  const target = targetControl(aim, controls)
  if (target.shown !== true) return unknown(target.shown === false ? 'not_listening' : 'no_control', target.sentence)
  if (target.kind === 'port-forward' && seen.has('refused')) {
    return unknown(
      'no_control',
      `refused, and ${target.sentence}: whether anybody listens on the pod's address is not known`,
    )
  }
  const node = nodeOf(aim)
  const enforced = controls.enforced(node, aim.socket.family)
  if (enforced.shown === undefined) return unknown('not_enforced', enforced.sentence)
  const source = controls.sourceAlive(dial.source, node, aim.socket.family, aim.kind === 'pod' ? 'pod' : undefined)
  if (source.shown !== true) return unknown('source_dead', source.sentence)
  if (!enforced.shown) return unknown('not_enforced', enforced.sentence)
  const known = controls.known(dial.source)
  if (known?.shown === false) return unknown('late_policies', known.sentence)
  return {
    state: 'blocked',
    outcome,
    controls: [target, source, enforced, ...(known === undefined ? [] : [known])],
  }
}

/** Whether every host that may be meant answered in this run. */
function isThere(aim: AddressAim, { targetAlive }: Controls): boolean {
  const sockets = aim.kind === 'virtual' || aim.kind === 'node' ? aim.endpoints : [aim.socket]
  return sockets.length > 0 && sockets.every((socket) => targetAlive(socket).shown === true)
}

/** A virtual address lives when one of its endpoints does; everything else is asked itself, a node that is no Service's too. */
function targetControl(aim: AddressAim, controls: Controls): Shown {
  const itself = aim.kind === 'node' && aim.endpoints.length === 0
  if (aim.kind === 'pod' || aim.kind === 'external' || itself) return controls.targetAlive(aim.socket)
  const shown = aim.endpoints.map((socket) => controls.targetAlive(socket))
  const alive = shown.find((each) => each.shown === true)
  if (alive !== undefined) return alive.kind === 'port-forward' ? alive : { ...alive, kind: 'endpoint' }
  return shown[0] ?? { shown: false, kind: 'none', sentence: `no ready endpoints behind ${socketText(aim.socket)}` }
}

function nodeOf(aim: AddressAim): string | undefined {
  if (aim.kind === 'pod') return aim.pod.node
  return aim.kind === 'node' ? aim.node.name : undefined
}
