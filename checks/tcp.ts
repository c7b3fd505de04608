import type { Socket } from 'node:net'
import { type Attempt, concludeEnded, isOutcome } from './attempt.ts'
import { bounds, type TcpCheck } from './check.ts'
import { type Ended, within } from './deadline.ts'
import { openStream } from './dial.ts'
import { errorCode } from './errno.ts'
import type { Outcome } from './outcome.ts'
import { locate } from './resolve-target.ts'
import { conclude, enter } from './trace.ts'

/**
 * How long a silent connection must hold before it counts as open, in milliseconds. A mesh or proxy that denies at
 * layer 7 closes the connection right after accepting it. With round trips in a cluster (under 1 ms), the close arrives
 * within 5 ms. The wait costs a success no throughput, because only a timer runs. A server that sends first ends it
 * earlier.
 */
const lookMs = 5

type Seen =
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'quiet' }

/** Opens a connection and checks that it holds. With `send`, sends that and waits for the first reply. */
export async function runTcp(check: TcpCheck, attempt: Attempt): Promise<Outcome> {
  const located = locate(check, attempt)
  // A batch runs 20,000 of these per second. Available values are not awaited, and the rest is one function.
  const target = located instanceof Promise ? await located : located
  if (isOutcome(target)) return target
  const connection = await openStream(target, attempt)
  if (isOutcome(connection)) return connection
  const { socket } = connection
  try {
    if (check.send === undefined) return judgeLook(await firstOf(socket, attempt, lookMs), attempt)
    say(check.send, socket, attempt)
    return judgeReply(await firstOf(socket, attempt), attempt)
  } finally {
    socket.destroy()
  }
}

function say(text: string, socket: Socket, { trace }: Attempt): void {
  enter(trace, 'request')
  socket.write(text)
  enter(trace, 'response')
}

function judgeLook(seen: Seen | Ended, attempt: Attempt): Outcome {
  const { trace } = attempt
  if (typeof seen === 'string') return seen === 'expired' ? conclude(trace, 'connected') : concludeEnded(trace, seen)
  return judge(seen, attempt, 'connected')
}

function judgeReply(seen: Seen | Ended, attempt: Attempt): Outcome {
  const { trace } = attempt
  if (seen === 'expired') return conclude(trace, 'connected', 'connected, and no reply before the deadline')
  return typeof seen === 'string' ? concludeEnded(trace, seen) : judge(seen, attempt, 'answered')
}

function judge(seen: Seen, { trace }: Attempt, success: 'connected' | 'answered'): Outcome {
  if (seen.kind === 'quiet') return conclude(trace, success)
  if (seen.kind === 'closed')
    return conclude(trace, 'closed_after_connect', 'the other side closed the connection at once')
  if (seen.kind === 'failed')
    return conclude(trace, 'reset_after_connect', `${errorCode(seen.error)} after the handshake`)
  trace.seen.reply = seen.data.subarray(0, bounds.replyBytes).toString()
  return conclude(trace, success)
}

/** The first event on a connection: bytes, its end, an error, or nothing within the milliseconds. */
function firstOf(socket: Socket, { deadline }: Attempt, milliseconds?: number): Promise<Seen | Ended> {
  return within<Seen>(deadline, (settle) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(settleAfterPoll, milliseconds, settle)
    socket.on('data', (data) => settle({ kind: 'data', data }))
    socket.on('end', () => settle({ kind: 'closed' }))
    socket.on('error', (error) => settle({ kind: 'failed', error }))
    return () => clearTimeout(timer)
  })
}

/** The event loop may have been busy, so events that the kernel already has must be processed first. */
function settleAfterPoll(settle: (seen: Seen) => void): void {
  setImmediate(settle, { kind: 'quiet' })
}
