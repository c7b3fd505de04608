import type { Dial } from '../plan/planned-check.ts'
import { type Finding, unknownFinding } from './cell.ts'
import type { Question } from './question.ts'

/** What the connections to a Service and to its endpoints say together. */
export type DialFinding = (dial: Dial) => Finding

export function serviceFinding(
  { virtual, endpoints }: Extract<Question, { kind: 'service' }>,
  findingOf: DialFinding,
): Finding {
  const behind = endpoints.map((dial) => ({ dial, ...findingOf(dial) }))
  const open = behind.filter(({ observed }) => observed === 'open')
  const front = virtual === undefined ? undefined : findingOf(virtual)
  if (open.length === behind.length) {
    if (front === undefined || front.observed === 'open') return plain(front ?? open[0]!)
    return unknownFinding('service', `its endpoints are open, and its own address is not (${front.reason})`)
  }
  if (open.length > 0) {
    const shut = behind
      .filter(({ observed }) => observed !== 'open')
      .map(({ dial, observed }) => `${observed} at ${placeOf(dial)}`)
    const detail = `open at ${open.map(({ dial }) => placeOf(dial)).join(', ')}; ${shut.join(', ')}`
    return { observed: 'open', reason: 'partly_open', detail }
  }
  if (front?.observed === 'open') return plain(front)
  const unknown = behind.find(({ observed }) => observed === 'unknown')
  return plain(unknown ?? behind[0]!)
}

function plain({ observed, reason, detail }: Finding): Finding {
  return { observed, reason, ...(detail !== undefined && { detail }) }
}

function placeOf({ aim }: Dial): string {
  if (aim.kind === 'pod') return `${aim.pod.namespace}/${aim.pod.name}`
  return aim.kind === 'name' ? aim.host : aim.socket.address
}
