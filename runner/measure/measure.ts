import type { Fabric, Probe } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import type { Canary } from '../control/canary.ts'
import { assembleControls } from '../control/control-lookup.ts'
import { controlFromCanary } from '../control/from-canary.ts'
import type { Measurement } from '../control/measurement.ts'
import { awaitPropagation } from '../control/policy-propagation.ts'
import { controlByForward } from '../control/port-forward.ts'
import { controlSources } from '../control/sources.ts'
import type { TargetControls } from '../control/targets.ts'
import { type ObserveOptions, observe } from '../observe/observe.ts'
import type { Changed } from '../observe/probes.ts'
import type { PlannedCheck, SourceKey } from '../plan/planned-check.ts'
import { awaitAllSettled } from './await-all.ts'

export interface MeasureOptions {
  readonly fabric: Fabric
  readonly world: World
  readonly probes: ReadonlyMap<SourceKey, Probe>
  /** The canary may still be starting. Sources that policies know already are checked in the meantime. */
  readonly canary: Promise<Canary>
  /** Started as soon as the targets are known, because no source is needed. */
  readonly targets: Promise<TargetControls>
  /** The step's change just before. */
  readonly changed?: Changed | undefined
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called when a check has all its observations. The controls follow later. */
  readonly onMeasured?: (done: number, of: number) => void
  /** Called with the observations of each check as soon as they are complete, so that an interrupted run has them without controls. */
  readonly onSeen?: ObserveOptions['onMeasured']
}

/** Runs all checks and the controls of the sources at the same time. The controls of the targets are running already. */
export async function measure(plannedChecks: readonly PlannedCheck[], options: MeasureOptions): Promise<Measurement> {
  const { fabric, world, probes, changed, signal } = options
  const waits = changed !== undefined || fabric.timing.policies === 'at-once'
  const isFresh = ({ source }: PlannedCheck) => waits || probes.get(source)?.bornAt !== undefined
  const observing = {
    probes,
    perSecond: fabric.timing.perSecond,
    signal,
    onMeasured: counted(plannedChecks.length, options),
  }
  const [targets, { canary, known, sources, late }, early] = await awaitAllSettled([
    options.targets,
    afterCanary(plannedChecks, plannedChecks.filter(isFresh), { ...options, observing }),
    observe(
      plannedChecks.filter((plannedCheck) => !isFresh(plannedCheck)),
      observing,
    ),
  ])
  const observedConnections = new Map([...early, ...late])
  const overflowed = await fabric.overflowed(signal)
  const measured = { canary, targets, known, sources, observedConnections, overflowed }
  let controls = assembleControls(measured)
  const alive = new Map(targets.alive)
  // In order of cost: a control is skipped for targets that a cheaper one has shown already.
  for (const ask of [controlFromCanary, controlByForward]) {
    const found = await ask({ fabric, world, canary, observedConnections, controls, signal })
    for (const [socket, shown] of found) alive.set(socket, shown)
    if (found.size > 0) controls = assembleControls({ ...measured, targets: { ...targets, alive } })
  }
  return { observedConnections, controls }
}

function counted(total: number, { onMeasured, onSeen }: MeasureOptions): NonNullable<ObserveOptions['onMeasured']> {
  let done = 0
  return (plannedCheck, observations) => {
    onSeen?.(plannedCheck, observations)
    onMeasured?.(++done, total)
  }
}

/** Waits for the canary. Returns which sources policies know, the controls of the sources, and the observations of the checks that had to wait. */
async function afterCanary(
  plannedChecks: readonly PlannedCheck[],
  waiting: readonly PlannedCheck[],
  { observing, ...options }: MeasureOptions & { readonly observing: ObserveOptions },
) {
  const { fabric, world, probes, changed, now, signal } = options
  const canary = await options.canary
  const known = await awaitPropagation(probes, { fabric, world, canary, changed, now, signal })
  const { deadlineMs } = fabric.timing.allowed
  const [sources, late] = await Promise.all([
    controlSources(probes, { fabric, world, canary, plannedChecks, deadlineMs, signal }),
    observe(waiting, observing),
  ])
  return { canary, known, sources, late }
}
