import { endless, generosity, type Patience, startPatience, stopPatience } from './cpu-stall.ts'

/** Why a wait ended: the deadline expired, or the caller aborted. */
export type Ended = 'expired' | 'aborted'

/**
 * The deadline of one attempt. Much cheaper than `AbortSignal.any` with a timer, which a batch would create 20,000
 * times a second. It has one waiter at a time, because the phases of an attempt run in sequence.
 */
export interface Deadline {
  state: 'running' | Ended
  onEnd: ((ended: Ended) => void) | undefined
  readonly signal: AbortSignal | undefined
  patience: Readonly<Patience>
}

/**
 * Starts a deadline of `milliseconds` (no limit when absent) that also follows the caller's signal. The caller must
 * call `closeDeadline`. `exact`: do not compensate for lost processor time.
 */
export function startDeadline(milliseconds: number | undefined, signal?: AbortSignal, exact = false): Deadline {
  const deadline: Deadline = {
    state: signal?.aborted ? 'aborted' : 'running',
    onEnd: undefined,
    signal,
    patience: endless,
  }
  if (milliseconds !== undefined)
    deadline.patience = startPatience(milliseconds, expire, deadline, exact ? 0 : generosity)
  if (signal !== undefined && !signal.aborted) follow(signal, deadline)
  return deadline
}

/** Ends the wait. Only the first call has an effect. */
export function endDeadline(deadline: Deadline, ended: Ended): void {
  if (deadline.state !== 'running') return
  deadline.state = ended
  deadline.onEnd?.(ended)
}

/** Releases the timer and the caller's signal. */
export function closeDeadline(deadline: Deadline): void {
  stopPatience(deadline.patience)
  deadline.onEnd = undefined
  if (deadline.signal !== undefined) followers.get(deadline.signal)?.delete(deadline)
}

/** Milliseconds left. */
export function remaining(deadline: Deadline): number {
  return Math.max(0, deadline.patience.endsAt - performance.now())
}

/** Waits for `begin` to settle or for the deadline. Always calls the function that `begin` returns, once. */
export function within<T extends object>(
  deadline: Deadline,
  begin: (settle: (value: T) => void) => () => void,
): Promise<T | Ended> {
  if (deadline.state !== 'running') return Promise.resolve(deadline.state)
  return new Promise((resolve, reject) => {
    let settled = false
    let cleanUp: (() => void) | undefined
    const settle = (value: T | Ended): void => {
      if (settled) return
      settled = true
      deadline.onEnd = undefined
      cleanUp?.()
      resolve(value)
    }
    deadline.onEnd = settle
    try {
      cleanUp = begin(settle)
    } catch (error) {
      deadline.onEnd = undefined
      reject(error instanceof Error ? error : new Error(String(error)))
      return
    }
    if (settled) cleanUp()
  })
}

function expire(deadline: Deadline): void {
  endDeadline(deadline, 'expired')
}

/**
 * One listener per signal for all checks that follow it, because removing one of 10,000 listeners walks a list of
 * 10,000.
 */
const followers = new WeakMap<AbortSignal, Set<Deadline>>()

function follow(signal: AbortSignal, deadline: Deadline): void {
  const known = followers.get(signal)
  if (known !== undefined) {
    known.add(deadline)
    return
  }
  const deadlines = new Set([deadline])
  followers.set(signal, deadlines)
  const abortAll = (): void => {
    for (const each of [...deadlines]) endDeadline(each, 'aborted')
  }
  signal.addEventListener('abort', abortAll, { once: true })
}
