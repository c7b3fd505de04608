import { readFileSync } from 'node:fs'

/** A timer that gives back what this process lost while it had no processor: what was late by our own fault is no evidence. */
export interface Patience {
  /** On the clock of `performance.now()`; Infinity without a time limit. */
  endsAt: number
  /** Milliseconds that may still be given back. */
  allowance: number
  lostBefore: number
  timer: NodeJS.Timeout | undefined
}

/** A loss that is smaller than this changes nothing, in milliseconds. */
const heldUp = 100
/** What may be given back in all, as a multiple of the time limit: a machine that is never free must not hold a run forever. */
export const generosity = 3

/**
 * Calls `end` with `argument` after `milliseconds`, when what the kernel already had by then was seen (one more poll of the loop). The time
 * in which the process stood still, or waited for a processor, is given back, up to so many `times` the time limit: a conversation takes several polls.
 */
export function startPatience<T>(
  milliseconds: number,
  end: (argument: T) => void,
  argument: T,
  times = generosity,
): Patience {
  const patience: Patience = {
    endsAt: performance.now() + milliseconds,
    allowance: milliseconds * times,
    lostBefore: lostMs(),
    timer: undefined,
  }
  patience.timer = setTimeout(expire, milliseconds, patience, end, argument)
  return patience
}

/** The timer of what has no time limit. */
export const endless: Readonly<Patience> = Object.freeze({
  endsAt: Number.POSITIVE_INFINITY,
  allowance: 0,
  lostBefore: 0,
  timer: undefined,
})

/** Ends it without a call. */
export function stopPatience(patience: Readonly<Patience>): void {
  clearTimeout(patience.timer)
}

function expire<T>(patience: Patience, end: (argument: T) => void, argument: T): void {
  const now = performance.now()
  const lost = lostMs()
  const back = Math.max(now - patience.endsAt, lost - patience.lostBefore)
  if (back <= heldUp || patience.allowance <= 0) {
    setImmediate(end, argument)
    return
  }
  const more = Math.min(back, patience.allowance)
  Object.assign(patience, { endsAt: now + more, allowance: patience.allowance - more, lostBefore: lost })
  patience.timer = setTimeout(expire, more, patience, end, argument)
}

/** How old what is known of the processor may be, in milliseconds: a reading costs as much as half a check. */
const freshness = 25
let readAt = Number.NEGATIVE_INFINITY
let known = 0
let place: string | undefined = '/proc/thread-self/schedstat'

/** Milliseconds that this thread was ready to run and had no processor, since it began (proc(5), `schedstat`); 0 where the system does not tell. */
function lostMs(): number {
  const now = performance.now()
  if (place === undefined || now - readAt < freshness) return known
  readAt = now
  try {
    known = Number(readFileSync(place, 'latin1').split(' ')[1]) / 1e6
  } catch {
    place = undefined
  }
  return known
}
