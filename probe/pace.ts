import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import type { Observe } from './batch.ts'

/** The rate of a batch. The caller divides its limits among the probes that run checks at the same time. */
export const paceSchema = z.strictObject({
  /** Checks that start per second, evenly spaced; unlimited when absent. */
  perSecond: z.number().min(0.1).max(1_000_000).optional(),
  /** Checks in flight, within the probe's limit. */
  atOnce: z.int().min(1).max(100_000).optional(),
})

/** Wraps `observe` so that each check waits for its start time. */
export function paced(observe: Observe, perSecond: number | undefined): Observe {
  if (perSecond === undefined) return observe
  const begun = performance.now()
  let turn = 0
  return async (check, signal) => {
    const wait = begun + (turn++ * 1000) / perSecond - performance.now()
    // An abort also ends the check, whose observation says so.
    if (wait > 0) await delay(wait, undefined, { signal }).catch(() => undefined)
    return observe(check, signal)
  }
}
