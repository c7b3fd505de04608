import { stagesOf } from '../plan/stage.ts'
import type { Emit, RunHead, Summary } from '../result/events.ts'
import { createTally } from './event-order.ts'
import { untoldPaths } from './interrupted-run.ts'
import { type PredictOptions, predictScenario } from './predict-scenario.ts'

export interface PredictRunOptions {
  readonly head: Omit<RunHead, 'start'>
  readonly emit: Emit
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly signal: AbortSignal
}

/** `run --predict`: the scenarios by the engine alone, on every operating system. */
export async function predictRun(scenarios: readonly PredictOptions[], options: PredictRunOptions): Promise<Summary> {
  const { head, emit, now, signal } = options
  const tally = createTally(emit, { now })
  const total = head.scenarios.reduce((sum, { paths }) => sum + paths, 0)
  emit({ kind: 'start', head: { ...head, start: new Date(now()).toISOString() }, total })
  for (const each of scenarios) {
    const lane = tally.lane()
    if (signal.aborted) {
      const untold = new Set(stagesOf(each.scenario).flatMap(({ paths }) => paths))
      for (const result of untoldPaths(each.scenario, untold)) lane.emit({ kind: 'path', result })
    } else await predictScenario(each, lane)
    lane.close()
  }
  const summary = tally.summary(signal.aborted)
  emit({ kind: 'end', end: new Date(now()).toISOString(), summary })
  return summary
}
