import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import type { Observe } from './batch.ts'

/** How quickly a batch may go: the caller shares its bounds out among the probes that ask at the same time. */
export const paceSchema = z.strictObject({
  /** Checks that begin in a second, one after the other and never in a burst; as many as there are when absent. */
  perSecond: z.number().min(0.1).max(1_000_000).optional(),
  /** Checks in flight, within the probe's own bound. */
  atOnce: z.int().min(1).max(100_000).optional(),
})

/** The same checks, each of which waits for its turn. */
export function paced(observe: Observe, perSecond: number | undefined): Observe {
  if (perSecond === undefined) return observe
  const begun = performance.now()
  let turn = 0
  return async (check, signal) => {
    const wait = begun + (turn++ * 1000) / perSecond - performance.now()
    // Whoever is told to end ends the check as well, which says so in its observation.
    if (wait > 0) await delay(wait, undefined, { signal }).catch(() => undefined)
    return observe(check, signal)
  }
}
