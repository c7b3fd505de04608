import { layer4OfOutcome } from '../../checks/layer4.ts'
import { reasonText } from '../../checks/reason-text.ts'
import type { Family } from '../../checks/vantage.ts'
import type { ObservedConnections } from '../observe/observe.ts'
import { addressDestinationOf, type Socket, type SourceKey, socketKey, socketText } from '../plan/planned-check.ts'
import type { Canary, CanaryResult } from './canary.ts'
import type { ControlResult, Controls } from './controls.ts'
import { placeKey, type SourceControls } from './sources.ts'
import type { TargetControls } from './targets.ts'

/** All measurements other than those of the paths. */
export interface Measured {
  readonly canary: Pick<Canary, 'results' | 'missing'>
  readonly targets: TargetControls
  readonly sources: ReadonlyMap<SourceKey, SourceControls>
  readonly known: ReadonlyMap<SourceKey, ControlResult>
  readonly observedConnections: ObservedConnections
  readonly overflowed: ReadonlySet<string>
}

/** Turns measurements into the controls that verdicts need. */
export function assembleControls({
  canary,
  targets,
  sources,
  known,
  observedConnections,
  overflowed,
}: Measured): Controls {
  const intercepted = (source: SourceKey, address: string): boolean => {
    const own = sources.get(source)
    return own?.intercepted === true || own?.interceptedAt.has(address) === true || targets.intercepted.has(address)
  }
  const reached = reachedIn(observedConnections, intercepted)
  return {
    targetAlive(socket) {
      const own = targets.alive.get(socketKey(socket))
      return own?.shown === true ? own : (reached.sockets.get(socketKey(socket)) ?? own ?? unasked(socket))
    },
    sourceAlive(source, node, family, to) {
      const own = sources.get(source)
      const shown = placesOf(to === 'pod' ? (own?.pods ?? own?.alive) : own?.alive, node, family)
      const bad = shown.find((each) => each.shown !== true)
      if (shown.length > 0 && bad === undefined) return shown[0] as ControlResult
      const other = node === undefined ? undefined : reached.places.get(`${source} ${placeKey(node, family)}`)
      return other ?? bad ?? { shown: undefined, kind: 'none', sentence: `the source has no control over IPv${family}` }
    },
    enforced: (node, family) => enforcedBy(canary, node, family),
    known: (source) => known.get(source),
    intercepted,
    overflowed: (pod) => overflowed.has(pod),
  }
}

function unasked(socket: Socket): ControlResult {
  return { shown: undefined, kind: 'none', sentence: `nothing else reached ${socketText(socket)} in this run` }
}

function placesOf(
  alive: ReadonlyMap<string, ControlResult> | undefined,
  node: string | undefined,
  family: Family,
): ControlResult[] {
  const wanted = node === undefined ? undefined : placeKey(node, family)
  const end = `/${family}`
  const places = [...(alive ?? [])].filter(([key]) => (wanted === undefined ? key.endsWith(end) : key === wanted))
  return places.map(([, shown]) => shown)
}

interface Reached {
  readonly sockets: ReadonlyMap<string, ControlResult>
  /** By source and place: the source reached a pod there on another path. */
  readonly places: ReadonlyMap<string, ControlResult>
}

/** Open paths are the best control. */
function reachedIn(observedConnections: ObservedConnections, intercepted: Controls['intercepted']): Reached {
  const sockets = new Map<string, ControlResult>()
  const places = new Map<string, ControlResult>()
  for (const [plannedCheck, observations] of observedConnections) {
    const { source, destination, check } = plannedCheck
    const open = observations.find(({ outcome }) => layer4OfOutcome(outcome, check.kind) === 'open')
    const socket = open === undefined ? undefined : addressDestinationOf(plannedCheck, open.outcome)?.socket
    if (socket === undefined || intercepted(source, socket.address)) continue
    const text = socketText(socket)
    const sentence = `${text} was reached on another path of this run`
    sockets.set(socketKey(socket), { shown: true, kind: 'other-path', sentence })
    if (destination.kind !== 'pod') continue
    const reached = `the source reached ${text} on ${destination.pod.node}`
    places.set(`${source} ${placeKey(destination.pod.node, socket.family)}`, {
      shown: true,
      kind: 'other-path',
      sentence: reached,
    })
  }
  return { sockets, places }
}

/**
 * Whether policies are enforced in both directions on that node; without a node, on every node of the run, because a virtual address may lead to any.
 */
function enforcedBy({ results, missing }: Measured['canary'], node: string | undefined, family: Family): ControlResult {
  const [absent] = [...missing].filter(([where]) => node === undefined || where === node)
  if (absent !== undefined)
    return { shown: undefined, kind: 'none', sentence: `no canary runs on ${absent[0]}: ${absent[1]}` }
  const mine = results.filter((result) => (node === undefined || result.node === node) && result.family === family)
  const where = `${node === undefined ? '' : `on ${node} `}over IPv${family}`
  const failed = mine.find(({ ok }) => !ok)
  if (failed !== undefined) return { shown: false, kind: 'canary', sentence: canarySentence(failed) }
  if (mine.length > 0) return { shown: true, kind: 'canary', sentence: `policies are enforced ${where} (canary)` }
  return { shown: undefined, kind: 'none', sentence: `no canary ran ${where}` }
}

/** What a failed canary says about its node. */
function canarySentence({ node, family, side, steps }: CanaryResult): string {
  const where = `on ${node} over IPv${family}`
  const [before, deny, admit] = steps
  if (before?.ok === false)
    return `the canary ${where} could not be reached before there was any policy: ${reasonText(before.saw)}`
  if (deny?.ok === false) return `${side} policies are not enforced ${where}: a canary under deny-all was still reached`
  return `a rule that admits the canary ${where} does not let it through (${side}): ${reasonText(admit?.saw ?? 'not_run')}`
}
