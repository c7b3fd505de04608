import type { Socket } from 'node:net'
import { type Attempt, concludeEnded } from './attempt.ts'
import { within } from './deadline.ts'
import { type ConnectErrorTime, connectReason, errorCode } from './errno.ts'
import type { Outcome } from './outcome.ts'
import type { Target } from './resolve-target.ts'
import { conclude, enter } from './trace.ts'

export interface OpenedStream {
  readonly socket: Socket
}

/** Opens a new TCP connection to a literal, or returns an outcome on failure. The caller must destroy the socket. */
export async function openStream(target: Target, attempt: Attempt): Promise<OpenedStream | Outcome> {
  const { trace } = attempt
  enter(trace, 'connect')
  const connectedAt = performance.now()
  if (trace.firstConnect?.address !== target.address) trace.firstConnect = { address: target.address, at: connectedAt }
  const socket = attempt.vantage.connect(target)
  // The vantage's call is synchronous up to the kernel, so an error that is already set came from the call itself.
  const told: ConnectErrorTime = socket.errored === null ? 'later' : 'by-the-call'
  trace.seen.localAddress = socket.localAddress
  const end = await within<OpenedStream | { readonly error: Error }>(attempt.deadline, (settle) => {
    socket.on('connect', () => settle({ socket }))
    socket.on('error', (error) => settle({ error }))
    return nothing
  })
  if (typeof end === 'object' && 'socket' in end) return end
  socket.destroy()
  if (typeof end === 'string') return concludeEnded(trace, end)
  const now = performance.now()
  const since = { sinceFirstMs: now - (trace.firstConnect?.at ?? connectedAt), sinceConnectMs: now - connectedAt }
  return conclude(trace, connectReason(errorCode(end.error), told, since), end.error.message)
}

function nothing(): void {}
