import type { Outcome } from '../../checks/outcome.ts'
import type { ControlResult, Controls } from '../control/controls.ts'
import type { ObservedConnections } from '../observe/observe.ts'
import { type PlannedCheck, socketKey } from '../plan/planned-check.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { Cause, EndpointResult, Seen, Status } from '../result/path-result.ts'
import { type ConnectionVerdict, type Counts, connectionVerdictOf } from './connection-verdict.ts'

/** The verdict of one planned path, before the comparison with the prediction. */
export interface Verdict {
  readonly status: Exclude<Status, 'skipped' | 'predicted'>
  readonly cause?: Cause
  readonly seen: Seen
  /** The problem in one sentence; absent if there is none. */
  readonly sentence?: string
  readonly observed?: Outcome
  readonly control: readonly ControlResult[]
}

/** A check with its result. */
export interface EndpointVerdict {
  readonly plannedCheck: PlannedCheck
  readonly connectionVerdict: ConnectionVerdict
}

/** The input for judging a path. */
export interface Evidence {
  readonly planned: PlannedPath
  readonly observedConnections: ObservedConnections
  readonly controls: Controls
}

/** The result of one check. */
export function verdictAtEndpoint(
  plannedCheck: PlannedCheck,
  { observedConnections, controls }: Evidence,
): EndpointVerdict {
  return {
    plannedCheck,
    connectionVerdict: connectionVerdictOf(plannedCheck, observedConnections.get(plannedCheck) ?? [], controls),
  }
}

/**
 * The results at all addresses of a path. If many connections to an address found that only some of its endpoints answer, a single failed connection
 * to it is redundant and is removed.
 */
export function verdictsAtAddresses(evidence: Evidence): EndpointVerdict[] {
  const endpointVerdicts = evidence.planned.addresses.map((plannedCheck) => verdictAtEndpoint(plannedCheck, evidence))
  const mixed = new Set(
    endpointVerdicts.flatMap(({ plannedCheck, connectionVerdict }) =>
      plannedCheck.singleSyn && connectionVerdict.state === 'leak' ? [placeOf(plannedCheck)] : [],
    ),
  )
  return endpointVerdicts.filter(
    ({ plannedCheck, connectionVerdict }) =>
      plannedCheck.singleSyn || connectionVerdict.state !== 'blocked' || !mixed.has(placeOf(plannedCheck)),
  )
}

function placeOf({ destination }: PlannedCheck): string {
  return destination.kind === 'name' ? destination.host : socketKey(destination.socket)
}

export function fail(cause: Cause, sentence: string, more: Partial<Verdict> = {}): Verdict {
  return { status: 'fail', cause, sentence, seen: 'open', control: [], ...more }
}

export function inconclusive(cause: Cause, sentence: string, more: Partial<Verdict> = {}): Verdict {
  return { status: 'inconclusive', cause, sentence, seen: 'unknown', control: [], ...more }
}

/** The most important unknown result. A reason that concerns the whole path precedes one at a single address. */
export function gravest(
  endpointVerdicts: readonly EndpointVerdict[],
): Extract<ConnectionVerdict, { state: 'unknown' }> | undefined {
  const unknown = endpointVerdicts
    .map(({ connectionVerdict }) => connectionVerdict)
    .filter((connectionVerdict) => connectionVerdict.state === 'unknown')
  return unknown.toSorted((a, b) => order.indexOf(a.cause) - order.indexOf(b.cause))[0]
}

const order = [
  'not_run',
  'source_dead',
  'intercepted',
  'overflow',
  'not_enforced',
  'late_policies',
  'no_route',
  'target_gone',
  'not_listening',
  'no_control',
  'name',
] as const

/** The report's cause of an unknown result. */
export function causeOf({ cause }: Extract<ConnectionVerdict, { state: 'unknown' }>): Cause {
  return cause === 'name' ? 'dns' : cause
}

/** All connections of a check, including those that did not run. */
function madeBy({ of, notRun, late }: Counts): number {
  return of + notRun + late
}

/** `28 of 30 attempts, 2 did not run`. */
export function countText(counts: Counts): string {
  const { open, notRun, late } = counts
  const lateText = late === 0 ? '' : `, ${late} too late to tell at which endpoint`
  const text = `${open + late} of ${madeBy(counts)} attempts${lateText}`
  return notRun === 0 ? text : `${text}, ${notRun} did not run`
}

/** The report's result of each address. */
export function endpointResults(endpointVerdicts: readonly EndpointVerdict[]): EndpointResult[] {
  return endpointVerdicts.flatMap(({ plannedCheck: { destination, check }, connectionVerdict }) => {
    const { outcome } = connectionVerdict
    if (outcome === undefined) return []
    const named = destination.kind === 'name'
    return [
      {
        address: named ? destination.host : destination.socket.address,
        port: named ? (outcome.port ?? 0) : destination.socket.port,
        protocol: named ? (check.kind === 'udp' ? 'UDP' : 'TCP') : destination.socket.protocol,
        ...(named ? {} : { family: destination.socket.family }),
        ...(destination.kind === 'pod'
          ? {
              pod: `${destination.pod.namespace}/${destination.pod.name}`,
              uid: destination.pod.uid,
              node: destination.pod.node,
              ready: destination.ready,
            }
          : {}),
        ...(destination.kind === 'virtual'
          ? { service: `${destination.service.namespace}/${destination.service.name}` }
          : {}),
        ...(destination.kind === 'node' ? { node: destination.node.name } : {}),
        state: connectionVerdict.state,
        reason: outcome.reason,
        phase: outcome.phase,
        open: connectionVerdict.open + connectionVerdict.late,
        of: madeBy(connectionVerdict),
        notRun: connectionVerdict.notRun,
      },
    ]
  })
}

/** `web/a-1 (10.1.2.3:80)`, or the object that the address belongs to. */
export function destinationText({ destination }: PlannedCheck): string {
  if (destination.kind === 'name') return destination.host
  const { address, port, family } = destination.socket
  const text = family === 6 ? `[${address}]:${port}` : `${address}:${port}`
  if (destination.kind === 'pod') return `${destination.pod.namespace}/${destination.pod.name} (${text})`
  if (destination.kind === 'external' && destination.host !== undefined)
    return `${destination.host} (stand-in at ${text})`
  if (destination.kind === 'virtual')
    return `Service ${destination.service.namespace}/${destination.service.name} (${text})`
  return destination.kind === 'node' ? `node ${destination.node.name} (${text})` : text
}
