import { type Check, checkSchema } from '../checks/check.ts'
import type { Observation } from '../checks/outcome.ts'
import { createGate } from './gate.ts'
import { type Mistake, mistakes } from './validation-errors.ts'

export type Observe = (check: Check, signal: AbortSignal) => Promise<Observation>

/**
 * Validates the body of `POST /v1/checks`: returns the checks or the mistakes. Checks the count before the contents.
 */
export function readBatch(
  body: unknown,
  checksPerBatch: number,
): readonly Check[] | { error: 'invalid' | 'too_many'; mistakes: readonly Mistake[] } {
  const given = (body as { checks?: unknown } | null | undefined)?.checks
  if (!Array.isArray(given) || given.length === 0) {
    return { error: 'invalid', mistakes: [{ path: 'checks', message: 'expected a list of at least one check' }] }
  }
  if (given.length > checksPerBatch) {
    return {
      error: 'too_many',
      mistakes: [{ path: 'checks', message: `${given.length} checks; at most ${checksPerBatch} in one batch` }],
    }
  }
  for (const [index, each] of given.entries()) {
    const parsed = checkSchema.safeParse(each)
    // One invalid check is enough. Validating the rest of a large batch would waste time.
    if (!parsed.success) return { error: 'invalid', mistakes: mistakes(parsed.error, `checks[${index}]`) }
    // In place: the request keeps the body while the batch runs, and a second list would double its memory.
    given[index] = parsed.data
  }
  return given as Check[]
}

export interface BatchBounds {
  readonly concurrency: number
  /** Characters of unread observations above which no further check starts. */
  readonly answerBytes: number
  /** HTTP checks in flight. Each may return a body of 64 KiB, and a thousand of them would not fit into memory. */
  readonly httpConcurrency: number
}

/**
 * Checks in flight at the start, and how many more are added per `rampMs` in which fewer checks ended than are running.
 */
const step = 128
const rampMs = 20

/**
 * Runs the checks, at most `concurrency` at once, and yields NDJSON: the observations of one turn of the event loop are
 * one chunk. No further check starts while the reader is slow. Aborting the signal ends the checks in flight and then
 * the text. Fast targets need few checks in flight, which costs a quarter less per check than a thousand. Silent
 * targets increase the number.
 */
export async function* observations(
  checks: readonly Check[],
  observe: Observe,
  bounds: BatchBounds,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let next = 0
  let running = 0
  let ended = 0
  let text = ''
  let fault: unknown
  let news = Promise.withResolvers<void>()
  let room = Promise.withResolvers<void>()
  const isFull = () => text.length > bounds.answerBytes
  // A separate function, so that a worker that waits for its next check does not keep the last observation in memory.
  const record = (observation: Observation) => {
    ended += 1
    text += `${JSON.stringify(observation)}\n`
    news.resolve()
  }
  const http = createGate(bounds.httpConcurrency)
  const lane = async () => {
    while (next < checks.length && !signal.aborted) {
      const check = checks[next++]!
      const isLarge = check.kind === 'http'
      if (isLarge) await http.enter()
      try {
        await observe(check, signal).then(record)
        while (isFull() && !signal.aborted) await room.promise
      } finally {
        // Released only now, because the next large response needs the memory of this one.
        if (isLarge) http.leave()
      }
    }
  }
  const start = (count: number) => {
    for (let left = count; left > 0 && running < bounds.concurrency && next < checks.length; left--) {
      running += 1
      const finish = (error?: unknown) => {
        fault ??= error
        running -= 1
        if (running === 0) news.resolve()
      }
      lane().then(() => finish(), finish)
    }
  }
  const release = () => room.resolve()
  signal.addEventListener('abort', release, { once: true })
  let before = 0
  const ramp = setInterval(() => {
    if (ended - before < running && !isFull() && !signal.aborted) start(step)
    before = ended
  }, rampMs)
  try {
    start(step)
    while (running > 0 || text !== '') {
      await news.promise
      await turn()
      const chunk = text
      text = ''
      news = Promise.withResolvers()
      if (running === 0) news.resolve()
      if (chunk !== '') yield chunk
      room.resolve()
      room = Promise.withResolvers()
    }
    if (fault !== undefined) throw new Error('a check broke the probe', { cause: fault })
  } finally {
    clearInterval(ramp)
    signal.removeEventListener('abort', release)
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
