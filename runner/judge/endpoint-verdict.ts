import type { Outcome } from '../../checks/outcome.ts'
import type { Controls, Shown } from '../control/controls.ts'
import type { Sightings } from '../observe/observe.ts'
import { type Dial, socketKey } from '../plan/planned-check.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { Cause, EndpointResult, Seen, Status } from '../result/path-result.ts'
import { type Counts, type Sight, sightOf } from './connection-verdict.ts'

/** What is to be said of one planned path, before the engine's prediction is set beside it. */
export interface Verdict {
  readonly status: Exclude<Status, 'skipped' | 'predicted'>
  readonly cause?: Cause
  readonly seen: Seen
  /** What is the matter, in one sentence; absent where everything is as it should be. */
  readonly sentence?: string
  readonly observed?: Outcome
  readonly control: readonly Shown[]
}

/** A dial with what it showed. */
export interface Look {
  readonly dial: Dial
  readonly sight: Sight
}

/** What a path is judged from. */
export interface Evidence {
  readonly planned: PlannedPath
  readonly sightings: Sightings
  readonly controls: Controls
}

/** What one dial of the path showed. */
export function lookAt(dial: Dial, { sightings, controls }: Evidence): Look {
  return { dial, sight: sightOf(dial, sightings.get(dial) ?? [], controls) }
}

/**
 * What all of the path's addresses showed. Where many connections to an address met endpoints that answer and others that do not, it says nothing more
 * that the one beside them got no answer.
 */
export function lookAtAddresses(evidence: Evidence): Look[] {
  const looks = evidence.planned.addresses.map((dial) => lookAt(dial, evidence))
  const mixed = new Set(
    looks.flatMap(({ dial, sight }) => (dial.singleSyn && sight.state === 'leak' ? [placeOf(dial)] : [])),
  )
  return looks.filter(({ dial, sight }) => dial.singleSyn || sight.state !== 'blocked' || !mixed.has(placeOf(dial)))
}

function placeOf({ aim }: Dial): string {
  return aim.kind === 'name' ? aim.host : socketKey(aim.socket)
}

export function fail(cause: Cause, sentence: string, more: Partial<Verdict> = {}): Verdict {
  return { status: 'fail', cause, sentence, seen: 'open', control: [], ...more }
}

export function inconclusive(cause: Cause, sentence: string, more: Partial<Verdict> = {}): Verdict {
  return { status: 'inconclusive', cause, sentence, seen: 'unknown', control: [], ...more }
}

/** The gravest of what is not known: why nothing can be said at all comes before what is missing at one address. */
export function gravest(looks: readonly Look[]): Extract<Sight, { state: 'unknown' }> | undefined {
  const unknown = looks.map(({ sight }) => sight).filter((sight) => sight.state === 'unknown')
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

/** The cause that the report gives for what is not known. */
export function causeOf({ cause }: Extract<Sight, { state: 'unknown' }>): Cause {
  return cause === 'name' ? 'dns' : cause
}

/** All connections of a dial, those included that did not run. */
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

/** What the report says of each address. */
export function endpointResults(looks: readonly Look[]): EndpointResult[] {
  return looks.flatMap(({ dial: { aim, check }, sight }) => {
    const { outcome } = sight
    if (outcome === undefined) return []
    const named = aim.kind === 'name'
    return [
      {
        address: named ? aim.host : aim.socket.address,
        port: named ? (outcome.port ?? 0) : aim.socket.port,
        protocol: named ? (check.kind === 'udp' ? 'UDP' : 'TCP') : aim.socket.protocol,
        ...(named ? {} : { family: aim.socket.family }),
        ...(aim.kind === 'pod'
          ? { pod: `${aim.pod.namespace}/${aim.pod.name}`, uid: aim.pod.uid, node: aim.pod.node, ready: aim.ready }
          : {}),
        ...(aim.kind === 'virtual' ? { service: `${aim.service.namespace}/${aim.service.name}` } : {}),
        ...(aim.kind === 'node' ? { node: aim.node.name } : {}),
        state: sight.state,
        reason: outcome.reason,
        phase: outcome.phase,
        open: sight.open + sight.late,
        of: madeBy(sight),
        notRun: sight.notRun,
      },
    ]
  })
}

/** `web/a-1 (10.1.2.3:80)`, or what else an address belongs to. */
export function aimText({ aim }: Dial): string {
  if (aim.kind === 'name') return aim.host
  const { address, port, family } = aim.socket
  const text = family === 6 ? `[${address}]:${port}` : `${address}:${port}`
  if (aim.kind === 'pod') return `${aim.pod.namespace}/${aim.pod.name} (${text})`
  if (aim.kind === 'external' && aim.host !== undefined) return `${aim.host} (stand-in at ${text})`
  if (aim.kind === 'virtual') return `Service ${aim.service.namespace}/${aim.service.name} (${text})`
  return aim.kind === 'node' ? `node ${aim.node.name} (${text})` : text
}
