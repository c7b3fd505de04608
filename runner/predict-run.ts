import type { Emit, RunHead, Summary } from './events.ts'
import { type PredictOptions, predictScenario } from './predict/scenario.ts'
import { createTally } from './tally.ts'

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
    if (signal.aborted) break
    const lane = tally.lane()
    await predictScenario(each, lane)
    lane.close()
  }
  const summary = tally.summary(signal.aborted)
  emit({ kind: 'end', end: new Date(now()).toISOString(), summary })
  return summary
}
