import type { Socket } from 'node:dgram'
import { type Attempt, concludeEnded, isOutcome } from './attempt.ts'
import { bounds, type UdpCheck } from './check.ts'
import { remaining, within } from './deadline.ts'
import { type ConnectErrorTime, datagramReason, errorCode } from './errno.ts'
import type { Outcome } from './outcome.ts'
import { locate } from './resolve-target.ts'
import { closeQuietly } from './resolver/exchange.ts'
import { conclude, enter } from './trace.ts'

/**
 * When to repeat the datagram, as parts of the attempt. UDP loses packets, and the first packet may start an address
 * resolution.
 */
const repeats = [1 / 4, 1 / 2] as const

type Seen = { readonly reply: Buffer } | { readonly error: Error; readonly told: ConnectErrorTime }

/** Sends the datagram on a connected socket until there is a response, a rejection, or a timeout. */
export async function runUdp(check: UdpCheck, attempt: Attempt): Promise<Outcome> {
  const { trace } = attempt
  const target = await locate(check, attempt)
  if (isOutcome(target)) return target
  enter(trace, 'connect')
  const socket = attempt.vantage.datagram(target)
  const seen = await within<Seen>(attempt.deadline, (settle) => {
    const timers: NodeJS.Timeout[] = []
    let told: ConnectErrorTime = 'by-the-call'
    socket.on('error', (error) => settle({ error, told }))
    socket.on('message', (reply) => settle({ reply }))
    socket.once('connect', () => {
      told = 'later'
      trace.seen.localAddress = socket.address().address
      enter(trace, 'response')
      send(socket, check.send, settle)
      const budget = remaining(attempt.deadline)
      for (const part of repeats) timers.push(setTimeout(send, part * budget, socket, check.send, settle))
    })
    return () => {
      for (const timer of timers) clearTimeout(timer)
      closeQuietly(socket)
    }
  })
  if (seen === 'expired') return conclude(trace, 'udp_silent', 'neither an answer nor a rejection before the deadline')
  if (typeof seen === 'string') return concludeEnded(trace, seen)
  if ('error' in seen) return conclude(trace, datagramReason(errorCode(seen.error), seen.told), seen.error.message)
  trace.seen.reply = seen.reply.subarray(0, bounds.replyBytes).toString()
  return conclude(trace, 'udp_answered')
}

function send(socket: Socket, text: string, settle: (seen: Seen) => void): void {
  socket.send(text, (error) => {
    if (error) settle({ error, told: 'later' })
  })
}
