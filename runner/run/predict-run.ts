import { stagesOf } from '../plan/stage.ts'
import type { Emit, RunHead, Summary } from '../result/events.ts'
import { createTally } from './event-order.ts'
import { unreportedPaths } from './interrupted-run.ts'
import { type PredictOptions, predictScenario } from './predict-scenario.ts'

export interface PredictRunOptions {
  readonly head: Omit<RunHead, 'start'>
  readonly emit: Emit
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly signal: AbortSignal
}

/** `run --predict`: judges the scenarios by the engine alone, on every operating system. */
export async function predictRun(scenarios: readonly PredictOptions[], options: PredictRunOptions): Promise<Summary> {
  const { head, emit, now, signal } = options
  const tally = createTally(emit, { now })
  const total = head.scenarios.reduce((sum, { paths }) => sum + paths, 0)
  emit({ kind: 'start', head: { ...head, start: new Date(now()).toISOString() }, total })
  for (const each of scenarios) {
    const scenarioEvents = tally.scenarioEvents()
    if (signal.aborted) {
      const unreported = new Set(stagesOf(each.scenario).flatMap(({ paths }) => paths))
      for (const result of unreportedPaths(each.scenario, unreported)) scenarioEvents.emit({ kind: 'path', result })
    } else await predictScenario(each, scenarioEvents)
    scenarioEvents.close()
  }
  const summary = tally.summary(signal.aborted)
  emit({ kind: 'end', end: new Date(now()).toISOString(), summary })
  return summary
}
