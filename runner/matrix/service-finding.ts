import type { PlannedCheck } from '../plan/planned-check.ts'
import { type Finding, unknownFinding } from './cell.ts'
import type { Question } from './question.ts'

/** Combines the results of the connections to a Service and to its endpoints. */
export type CheckFinding = (plannedCheck: PlannedCheck) => Finding

export function serviceFinding(
  { virtual, endpoints }: Extract<Question, { kind: 'service' }>,
  findingOf: CheckFinding,
): Finding {
  const behind = endpoints.map((plannedCheck) => ({ plannedCheck, ...findingOf(plannedCheck) }))
  const open = behind.filter(({ observed }) => observed === 'open')
  const front = virtual === undefined ? undefined : findingOf(virtual)
  if (open.length === behind.length) {
    if (front === undefined || front.observed === 'open') return plain(front ?? open[0]!)
    return unknownFinding('service', `its endpoints are open, and its own address is not (${front.reason})`)
  }
  if (open.length > 0) {
    const shut = behind
      .filter(({ observed }) => observed !== 'open')
      .map(({ plannedCheck, observed }) => `${observed} at ${placeOf(plannedCheck)}`)
    const detail = `open at ${open.map(({ plannedCheck }) => placeOf(plannedCheck)).join(', ')}; ${shut.join(', ')}`
    return { observed: 'open', reason: 'partly_open', detail }
  }
  if (front?.observed === 'open') return plain(front)
  const unknown = behind.find(({ observed }) => observed === 'unknown')
  return plain(unknown ?? behind[0]!)
}

function plain({ observed, reason, detail }: Finding): Finding {
  return { observed, reason, ...(detail !== undefined && { detail }) }
}

function placeOf({ destination }: PlannedCheck): string {
  if (destination.kind === 'pod') return `${destination.pod.namespace}/${destination.pod.name}`
  return destination.kind === 'name' ? destination.host : destination.socket.address
}
