import { readFileSync } from 'node:fs'

/**
 * A timer that compensates for time in which this process had no processor. A delay of our own process is no evidence.
 */
export interface Patience {
  /** On the clock of `performance.now()`; Infinity without a time limit. */
  endsAt: number
  /** Milliseconds that can still be compensated. */
  allowance: number
  lostBefore: number
  timer: NodeJS.Timeout | undefined
}

/** Smaller losses are ignored, in milliseconds. */
const heldUp = 100
/** The maximum compensation as a multiple of the time limit, so that a busy machine cannot delay a run forever. */
export const generosity = 3

/**
 * Calls `end` with `argument` after `milliseconds`, after one more poll of the event loop for events that the kernel
 * already has. Time in which the process was stopped or waited for a processor is compensated, up to `times` the time
 * limit, because a conversation takes several polls.
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

/** The timer of a task without a time limit. */
export const endless: Readonly<Patience> = Object.freeze({
  endsAt: Number.POSITIVE_INFINITY,
  allowance: 0,
  lostBefore: 0,
  timer: undefined,
})

/** Stops the timer without a call. */
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

/** Maximum age of the processor statistics, in milliseconds. Reading them costs as much as half a check. */
const freshness = 25
let readAt = Number.NEGATIVE_INFINITY
let known = 0
let place: string | undefined = '/proc/thread-self/schedstat'

/**
 * Milliseconds in which this thread was runnable without a processor, since its start (proc(5), `schedstat`); 0 if the
 * system does not report it.
 */
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
