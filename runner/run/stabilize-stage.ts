import type { Fabric } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import type { Measurement } from '../control/measurement.ts'
import { type Stabilized, stabilize } from '../measure/stabilize.ts'
import { stabilizingWindow } from '../measure/stabilizing-window.ts'
import { untilEnforced } from '../measure/time-to-enforce.ts'
import type { Changed, Probes } from '../observe/probes.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { Predict } from '../predict/predict.ts'
import type { Scenario } from '../scenario/model.ts'
import type { ScenarioEvents } from './event-order.ts'

export interface StagePatience {
  readonly fabric: Fabric
  readonly world: World
  readonly probes: Probes['ready']
  readonly predict: Predict
  readonly changed: Changed | undefined
  /** The setting in milliseconds; automatic if absent, 0 turns settling off. */
  readonly settleMs: number | undefined
  readonly scenario: Scenario
  /** The name of the stage; empty for the first. */
  readonly step: string
  readonly emit: ScenarioEvents['emit']
  readonly now: () => number
  readonly signal: AbortSignal
}

/** If plugins apply policies late, waits until a step's change is in force and reports the time it took. */
export async function awaitChange(paths: readonly PlannedPath[], options: StagePatience): Promise<Changed | undefined> {
  const { fabric, changed, scenario, step, emit } = options
  const window = windowOf(paths, options)
  if (changed === undefined || window === undefined) return changed
  emit({ kind: 'doing', scenario: scenario.name, what: 'waiting until it is in force' })
  const times = { timing: fabric.timing, since: changed.at, until: window.until }
  const enforcement = await untilEnforced(paths, { ...options, ...times })
  emit({ kind: 'enforced', scenario: scenario.name, step, enforcement })
  const isLate = enforcement.late > 0
  return { ...changed, isShown: !isLate && enforcement.afterMs.length > 0, isLate }
}

/** Measures paths again that policies do not explain, as long as they may settle. Does nothing if the change was waited for without success. */
export async function stabilizeAfter(
  paths: readonly PlannedPath[],
  first: Measurement,
  options: StagePatience,
): Promise<Stabilized> {
  const { fabric, scenario, changed, emit } = options
  const window = windowOf(paths, options)
  if (window === undefined || changed?.isLate === true)
    return { measurement: first, remarks: new Map(), interrupted: new Map() }
  const onRound = (left: number) => emit({ kind: 'doing', scenario: scenario.name, what: `settling: ${left} paths` })
  const settled = await stabilize(paths, first, { ...options, timing: fabric.timing, until: window.until, onRound })
  if (settled.remarks.size > 0 && window.why !== undefined)
    emit({ kind: 'notice', scenario: scenario.name, message: window.why })
  return settled
}

/** Undefined if policies are in force at once. */
function windowOf(paths: readonly PlannedPath[], { fabric, ...options }: StagePatience) {
  if (fabric.timing.policies === 'at-once') return undefined
  const targets = paths.flatMap(({ addresses }) =>
    addresses.flatMap(({ destination }) => (destination.kind === 'pod' ? [destination.pod.namespace] : [])),
  )
  const involved = new Set([...paths.flatMap(({ source }) => source.namespace ?? []), ...targets])
  return stabilizingWindow({ ...options, involved })
}
