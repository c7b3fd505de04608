import { layer4OfOutcome } from '../../checks/layer4.ts'
import type { Fabric } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import { createCanary } from '../control/canary-reuse.ts'
import type { Measurement } from '../control/measurement.ts'
import { controlTargets } from '../control/targets.ts'
import { sightOf } from '../judge/connection-verdict.ts'
import { together } from '../measure/await-all.ts'
import { measure } from '../measure/measure.ts'
import type { ObserveOptions } from '../observe/observe.ts'
import { noProbes, openProbes } from '../observe/probes.ts'
import type { Dial, SourceKey } from '../plan/planned-check.ts'
import { aheadOf } from '../plan/control-targets.ts'
import { type Cell, type Finding, unknownFinding } from './cell.ts'
import type { MatrixPlan } from './plan.ts'
import { nameOf, type PlannedCell } from './question.ts'
import { serviceFinding } from './service-finding.ts'

export interface MeasureOptions {
  /** The world that the plan was made for. */
  readonly world: World
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called as connections are answered. */
  readonly onProgress?: (done: number, total: number) => void
}

/** A cell with what it is made of, for those who fold it. */
export interface MeasuredCell {
  readonly planned: PlannedCell
  readonly cell: Cell
}

/**
 * One connection per dial, with the controls without which nothing is called blocked. When aborted before they are all there, what was
 * open until then is told, and the rest is unknown.
 * Canaries go with the fabric.
 */
export async function measureMatrix(
  fabric: Fabric,
  plan: MatrixPlan,
  options: MeasureOptions,
): Promise<MeasuredCell[]> {
  const findings = plan.dials.length === 0 ? new Map<Dial, Finding>() : await measureDials(fabric, plan, options)
  const findingOf = (dial: Dial) => findings.get(dial) ?? unknownFinding('not_run', 'did not run')
  return plan.cells.map((planned) => ({ planned, cell: { ...headOf(planned), ...findingFor(planned, findingOf) } }))
}

function findingFor({ question }: PlannedCell, findingOf: (dial: Dial) => Finding): Finding {
  switch (question.kind) {
    case 'answered':
      return question.finding
    case 'pod':
      return findingOf(question.dial)
    case 'service':
      return serviceFinding(question, findingOf)
    default:
      return question satisfies never
  }
}

/** Which path a cell is about. */
export function headOf({ from, to, port, protocol }: PlannedCell): Pick<Cell, 'from' | 'to' | 'port' | 'protocol'> {
  const target = to.kind === 'pod' ? nameOf(to.pod) : `${to.service.namespace}/service/${to.service.name}`
  return { from: nameOf(from), to: target, port, protocol }
}

async function measureDials(
  fabric: Fabric,
  { sources, dials }: MatrixPlan,
  { world, now, signal, onProgress }: MeasureOptions,
): Promise<ReadonlyMap<Dial, Finding>> {
  const ahead = aheadOf(
    dials.flatMap(({ aim }) => (aim.kind === 'name' ? [] : [aim])),
    world,
  )
  await fabric.permit?.({ identities: sources.map(({ identity }) => identity), objects: [] }, signal)
  const targets = controlTargets(ahead.sockets, { fabric, world, signal })
  const opening = openProbes(sources, { fabric, world, known: noProbes, signal })
  const raising = createCanary(fabric)({ nodes: ahead.nodes, probes: opening.then(({ ready }) => ready), signal })
  const [probes] = await together([opening], [raising, targets])
  const canary = raising.then((raised) => raised.canary)
  canary.catch(() => undefined)
  const asked = dials.filter(({ source }) => probes.ready.has(source))
  const soFar = new Map<Dial, Finding>()
  const onSeen: ObserveOptions['onDial'] = (dial, [observation]) => {
    if (observation === undefined || layer4OfOutcome(observation.outcome, dial.check.kind) !== 'open') return
    soFar.set(dial, { observed: 'open', reason: observation.outcome.reason })
  }
  const options = { fabric, world, probes: probes.ready, canary, targets, now, signal, onSeen }
  try {
    const seen = await measure(asked, { ...options, ...(onProgress !== undefined && { onDial: onProgress }) })
    return new Map(dials.map((dial) => [dial, findingOf(dial, { ...seen, missing: probes.unavailable })]))
  } catch (error) {
    if (!signal.aborted) throw error
    return soFar
  }
}

interface Seen extends Measurement {
  readonly missing: ReadonlyMap<SourceKey, string>
}

function findingOf(dial: Dial, { sightings, controls, missing }: Seen): Finding {
  const why = missing.get(dial.source)
  if (why !== undefined) return unknownFinding('not_run', why)
  const sight = sightOf(dial, sightings.get(dial) ?? [], controls)
  switch (sight.state) {
    case 'open':
    case 'leak':
      return { observed: 'open', reason: sight.outcome.reason }
    case 'blocked':
      return { observed: 'blocked', reason: sight.outcome.reason }
    case 'unknown':
      return unknownFinding(sight.cause, sight.sentence)
    default:
      return sight satisfies never
  }
}
