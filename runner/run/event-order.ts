import type { Emit, RunEvent, Summary } from '../result/events.ts'
import type { PathResult } from '../result/path-result.ts'

/** An event of a scenario. Paths have no index yet. */
export type ScenarioEvent =
  | Exclude<RunEvent, { kind: 'path' }>
  | { readonly kind: 'path'; readonly result: Omit<PathResult, 'index'> }

/** The event stream of one scenario. */
export interface ScenarioEvents {
  emit(event: ScenarioEvent): void
  /** Ends the stream, so that the events of the next scenario are emitted. */
  close(): void
}

export interface Tally {
  /**
   * Opens the stream of a scenario. Streams are emitted one after the other, in the order of creation, although scenarios run in parallel. Only
   * `doing` events are emitted at once.
   */
  scenarioEvents(): ScenarioEvents
  /** The summary of the run. */
  summary(interrupted: boolean): Summary
}

export interface TallyOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** May change each result at the end. */
  readonly amend?: (result: Omit<PathResult, 'index'>) => Omit<PathResult, 'index'>
}

const unchanged = <T>(result: T): T => result

/** Numbers the paths of a run, counts them by status and emits events in an order that does not depend on timing. */
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
