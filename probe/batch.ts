import { type Check, checkSchema } from '../checks/check.ts'
import type { Observation } from '../checks/outcome.ts'
import { type Mistake, mistakes } from './mistakes.ts'

export type Observe = (check: Check, signal: AbortSignal) => Promise<Observation>

/** The body of `POST /v1/checks`: the checks, or what is wrong with it. The count is judged before any check is looked at. */
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
  const checks: Check[] = []
  for (const [index, each] of given.entries()) {
    const parsed = checkSchema.safeParse(each)
    // One bad check is enough: the rest of a large batch is not worth the time.
    if (!parsed.success) return { error: 'invalid', mistakes: mistakes(parsed.error, `checks[${index}]`) }
    checks.push(parsed.data)
  }
  return checks
}

export interface BatchBounds {
  readonly concurrency: number
  /** Characters of observations that may wait for the reader before no further check is started. */
  readonly answerBytes: number
}

/**
 * Runs the checks, at most `concurrency` at once, and yields NDJSON: whatever observations came in one turn of the event loop as one chunk.
 * While nobody reads, no further check starts; aborting the signal ends the checks in flight and then the text.
 */
export async function* observations(
  checks: readonly Check[],
  observe: Observe,
  bounds: BatchBounds,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let next = 0
  let text = ''
  let running = Math.min(bounds.concurrency, checks.length)
  let news = Promise.withResolvers<void>()
  let room = Promise.withResolvers<void>()
  const lane = async () => {
    while (next < checks.length && !signal.aborted) {
      const check = checks[next++]!
      const observation = await observe(check, signal)
      text += `${JSON.stringify(observation)}\n`
      news.resolve()
      while (text.length > bounds.answerBytes && !signal.aborted) await room.promise
    }
  }
  const release = () => room.resolve()
  signal.addEventListener('abort', release, { once: true })
  const lanes = Promise.all(
    Array.from({ length: running }, () =>
      lane().finally(() => {
        running -= 1
        if (running === 0) news.resolve()
      }),
    ),
  )
  lanes.catch(() => news.resolve())
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
  signal.removeEventListener('abort', release)
  await lanes
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
