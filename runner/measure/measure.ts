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
  /** It may still be on its way: sources that policies know are asked meanwhile. */
  readonly canary: Promise<Canary>
  /** Asked for as soon as the targets were known: no source has to be up for it. */
  readonly targets: Promise<TargetControls>
  /** The step's change that was made just before. */
  readonly changed?: Changed | undefined
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called whenever a dial has all its observations; the controls follow later. */
  readonly onMeasured?: (done: number, of: number) => void
  /** Called with the observations of each dial as soon as it has them all, for whoever is interrupted before the controls are there. */
  readonly onSeen?: ObserveOptions['onMeasured']
}

/** Runs all dials and, at the same time, what each source reaches at all; the controls of the targets are on their way already. */
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
  // The cheapest first: what one shows the next need not ask.
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

/** Sources that policies know by now, what each of them reaches at all, and what became of the dials that had to wait. */
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
