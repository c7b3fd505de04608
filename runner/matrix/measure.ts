import { layer4OfOutcome } from '../../checks/layer4.ts'
import type { Fabric } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import { createCanary } from '../control/canary-reuse.ts'
import type { Measurement } from '../control/measurement.ts'
import { controlTargets } from '../control/targets.ts'
import { connectionVerdictOf } from '../judge/connection-verdict.ts'
import { awaitAllSettled } from '../measure/await-all.ts'
import { measure } from '../measure/measure.ts'
import type { ObserveOptions } from '../observe/observe.ts'
import { noProbes, openProbes } from '../observe/probes.ts'
import { controlTargetsAt } from '../plan/control-targets.ts'
import type { PlannedCheck, SourceKey } from '../plan/planned-check.ts'
import { type Cell, type Finding, unknownFinding } from './cell.ts'
import type { MatrixPlan } from './plan.ts'
import { nameOf, type PlannedCell } from './question.ts'
import { serviceFinding } from './service-finding.ts'

export interface MeasureOptions {
  /** The world of the plan. */
  readonly world: World
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called when connections complete. */
  readonly onProgress?: (done: number, total: number) => void
}

/** A cell with its parts, for grouping by workload. */
export interface MeasuredCell {
  readonly planned: PlannedCell
  readonly cell: Cell
}

/**
 * Measures each cell with one connection per check, and with the controls that a block needs. On abort, reports the connections that were open so
 * far; the other cells are unknown. The canaries are removed with the fabric.
 */
export async function measureMatrix(
  fabric: Fabric,
  plan: MatrixPlan,
  options: MeasureOptions,
): Promise<MeasuredCell[]> {
  const findings =
    plan.plannedChecks.length === 0 ? new Map<PlannedCheck, Finding>() : await measureChecks(fabric, plan, options)
  const findingOf = (plannedCheck: PlannedCheck) =>
    findings.get(plannedCheck) ?? unknownFinding('not_run', 'did not run')
  return plan.cells.map((planned) => ({ planned, cell: { ...headOf(planned), ...findingFor(planned, findingOf) } }))
}

function findingFor({ question }: PlannedCell, findingOf: (plannedCheck: PlannedCheck) => Finding): Finding {
  switch (question.kind) {
    case 'answered':
      return question.finding
    case 'pod':
      return findingOf(question.plannedCheck)
    case 'service':
      return serviceFinding(question, findingOf)
    default:
      return question satisfies never
  }
}

/** The ends, port and protocol of a cell. */
export function headOf({ from, to, port, protocol }: PlannedCell): Pick<Cell, 'from' | 'to' | 'port' | 'protocol'> {
  const target = to.kind === 'pod' ? nameOf(to.pod) : `${to.service.namespace}/service/${to.service.name}`
  return { from: nameOf(from), to: target, port, protocol }
}

async function measureChecks(
  fabric: Fabric,
  { sources, plannedChecks }: MatrixPlan,
  { world, now, signal, onProgress }: MeasureOptions,
): Promise<ReadonlyMap<PlannedCheck, Finding>> {
  const targetsToControl = controlTargetsAt(
    plannedChecks.flatMap(({ destination }) => (destination.kind === 'name' ? [] : [destination])),
    world,
  )
  await fabric.permit?.({ identities: sources.map(({ identity }) => identity), objects: [] }, signal)
  const targets = controlTargets(targetsToControl.sockets, { fabric, world, signal })
  const opening = openProbes(sources, { fabric, world, known: noProbes, signal })
  const raising = createCanary(fabric)({
    nodes: targetsToControl.nodes,
    probes: opening.then(({ ready }) => ready),
    signal,
  })
  const [probes] = await awaitAllSettled([opening], [raising, targets])
  const canary = raising.then((raised) => raised.canary)
  canary.catch(() => undefined)
  const asked = plannedChecks.filter(({ source }) => probes.ready.has(source))
  const soFar = new Map<PlannedCheck, Finding>()
  const onSeen: ObserveOptions['onMeasured'] = (plannedCheck, [observation]) => {
    if (observation === undefined || layer4OfOutcome(observation.outcome, plannedCheck.check.kind) !== 'open') return
    soFar.set(plannedCheck, { observed: 'open', reason: observation.outcome.reason })
  }
  const options = { fabric, world, probes: probes.ready, canary, targets, now, signal, onSeen }
  try {
    const seen = await measure(asked, { ...options, ...(onProgress !== undefined && { onMeasured: onProgress }) })
    return new Map(
      plannedChecks.map((plannedCheck) => [
        plannedCheck,
        findingOf(plannedCheck, { ...seen, missing: probes.unavailable }),
      ]),
    )
  } catch (error) {
    if (!signal.aborted) throw error
    return soFar
  }
}

interface Seen extends Measurement {
  readonly missing: ReadonlyMap<SourceKey, string>
}

function findingOf(plannedCheck: PlannedCheck, { observedConnections, controls, missing }: Seen): Finding {
  const why = missing.get(plannedCheck.source)
  if (why !== undefined) return unknownFinding('not_run', why)
  const connectionVerdict = connectionVerdictOf(plannedCheck, observedConnections.get(plannedCheck) ?? [], controls)
  switch (connectionVerdict.state) {
    case 'open':
    case 'leak':
      return { observed: 'open', reason: connectionVerdict.outcome.reason }
    case 'blocked':
      return { observed: 'blocked', reason: connectionVerdict.outcome.reason }
    case 'unknown':
      return unknownFinding(connectionVerdict.cause, connectionVerdict.sentence)
    default:
      return connectionVerdict satisfies never
  }
}
