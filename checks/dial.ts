import type { Socket } from 'node:net'
import { type Attempt, concludeEnded } from './attempt.ts'
import { within } from './deadline.ts'
import { connectReason, errorCode, type Told } from './errno.ts'
import type { Outcome } from './outcome.ts'
import type { Target } from './resolve-target.ts'
import { conclude, enter } from './trace.ts'
import type { Stream } from './vantage.ts'

export interface Dialled<S extends Stream = Socket> {
  readonly socket: S
}

/** Opens one new TCP connection to a literal; the caller must destroy the socket. An outcome when there is none. */
export function dial(target: Target, attempt: Attempt): Promise<Dialled | Outcome> {
  return dialBy((to) => attempt.vantage.connect(to), target, attempt)
}

/** The same, for a check that needs no more than a stream. */
export function dialStream(target: Target, attempt: Attempt): Promise<Dialled<Stream> | Outcome> {
  const { vantage } = attempt
  return dialBy((to) => (vantage.stream === undefined ? vantage.connect(to) : vantage.stream(to)), target, attempt)
}

async function dialBy<S extends Stream>(
  open: (target: Target) => S,
  target: Target,
  attempt: Attempt,
): Promise<Dialled<S> | Outcome> {
  const { trace } = attempt
  enter(trace, 'connect')
  const dialledAt = performance.now()
  if (trace.firstDial?.address !== target.address) trace.firstDial = { address: target.address, at: dialledAt }
  const socket = open(target)
  // The vantage's call is synchronous up to the kernel: an error that is there already came from the call itself.
  const told: Told = socket.errored === null ? 'later' : 'by-the-call'
  trace.seen.localAddress = socket.localAddress
  const end = await within<Dialled<S> | { readonly error: Error }>(attempt.deadline, (settle) => {
    socket.on('connect', () => settle({ socket }))
    socket.on('error', (error) => settle({ error }))
    return nothing
  })
  if (typeof end === 'object' && 'socket' in end) return end
  socket.destroy()
  if (typeof end === 'string') return concludeEnded(trace, end)
  const now = performance.now()
  const since = { sinceFirstMs: now - (trace.firstDial?.at ?? dialledAt), sinceDialMs: now - dialledAt }
  return conclude(trace, connectReason(errorCode(end.error), told, since), end.error.message)
}

function nothing(): void {}
