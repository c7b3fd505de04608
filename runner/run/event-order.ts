import type { Emit, RunEvent, Summary } from '../result/events.ts'
import type { PathResult } from '../result/path-result.ts'

/** What a scenario tells while it runs: paths still lack their number. */
export type ScenarioEvent =
  | Exclude<RunEvent, { kind: 'path' }>
  | { readonly kind: 'path'; readonly result: Omit<PathResult, 'index'> }

/** One scenario's way to the reporters. */
export interface ScenarioEvents {
  emit(event: ScenarioEvent): void
  /** Nothing more comes: the next lane may speak. */
  close(): void
}

export interface Tally {
  /** Lanes speak in the order in which they were made, though their scenarios run side by side; only what goes on now is told at once. */
  scenarioEvents(): ScenarioEvents
  /** What it came to. */
  summary(interrupted: boolean): Summary
}

export interface TallyOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Has the last word on each path. */
  readonly amend?: (result: Omit<PathResult, 'index'>) => Omit<PathResult, 'index'>
}

const unchanged = <T>(result: T): T => result

/** Numbers the paths of a run, counts them by status and passes everything on in an order that does not depend on time. */
export function createTally(emit: Emit, { now, amend = unchanged }: TallyOptions): Tally {
  const start = now()
  const counts = { pass: 0, fail: 0, inconclusive: 0, predicted: 0, skipped: 0 }
  let index = 0
  const pass = (event: ScenarioEvent) => {
    if (event.kind !== 'path') return emit(event)
    const result = amend(event.result)
    counts[result.status]++
    emit({ kind: 'path', result: { ...result, index: index++ } })
  }
  const waiting: { events: ScenarioEvent[]; closed: boolean }[] = []
  const advance = () => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      for (const event of first.events.splice(0)) pass(event)
      if (!first.closed) return
      waiting.shift()
    }
  }
  return {
    scenarioEvents() {
      const own = { events: [] as ScenarioEvent[], closed: false }
      waiting.push(own)
      return {
        emit(event) {
          if (event.kind === 'doing') return emit(event)
          own.events.push(event)
          advance()
        },
        close() {
          own.closed = true
          advance()
        },
      }
    },
    summary: (interrupted) => ({ ...counts, seconds: Math.round(now() - start) / 1000, interrupted }),
  }
}
