import type { Socket as UdpSocket } from 'node:dgram'
import { startPatience, stopPatience } from '../cpu-stall.ts'
import { type Deadline, type Ended, within } from '../deadline.ts'
import { errorCode, isExhaustion } from '../errno.ts'
import type { Vantage } from '../vantage.ts'
import { type Message, type Query, readMessage } from './message.ts'

/** The result of one attempt at one server. `broken` is a fault of this machine and says nothing about the server. */
export type Reply =
  | Extract<Message, { kind: 'answer' | 'malformed' }>
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'broken'; readonly detail: string }

export interface Exchange {
  readonly vantage: Vantage
  readonly server: string
  readonly port: number
  readonly query: Query
  /** Milliseconds until the attempt counts as unanswered. */
  readonly patienceMs: number
  /** Called with the socket's local address, which shows in whose network the query ran. */
  readonly onLocalAddress: (address: string) => void
}

/** A message over TCP starts with its length in two octets (RFC 1035 §4.2.2). */
const lengthOctets = 2
/** The port of DNS servers (RFC 1035 §4.2). */
export const dnsPort = 53

/** Queries over a new connected UDP socket, so that ICMP errors are visible and the source port is unpredictable. */
export function askOverUdp(
  { vantage, server, port, query, patienceMs, onLocalAddress }: Exchange,
  deadline: Deadline,
): Promise<Reply | Ended> {
  return within<Reply>(deadline, (settle) => {
    let strange = false
    const giveUp = (): void =>
      settle(strange ? { kind: 'malformed', detail: 'only answers to other questions came' } : { kind: 'timeout' })
    const patience = startPatience(patienceMs, giveUp, undefined)
    const socket = vantage.datagram({ address: server, port })
    const fail = (error: Error): void => settle(failure(error))
    socket.on('error', fail)
    socket.once('connect', () => {
      onLocalAddress(socket.address().address)
      socket.send(query.bytes, (error) => error && fail(error))
    })
    socket.on('message', (bytes) => {
      const message = readMessage(bytes, query)
      if (message.kind === 'foreign') strange = true
      else settle(message)
    })
    return () => {
      stopPatience(patience)
      closeQuietly(socket)
    }
  })
}

/** Queries over TCP, as a truncated answer requires (RFC 7766 §5). */
export function askOverTcp(
  { vantage, server, port, query, patienceMs }: Exchange,
  deadline: Deadline,
): Promise<Reply | Ended> {
  return within<Reply>(deadline, (settle) => {
    const patience = startPatience(patienceMs, settle, { kind: 'timeout' })
    const socket = vantage.connect({ address: server, port })
    let received = Buffer.alloc(0)
    socket.on('error', (error) => settle(failure(error)))
    socket.once('connect', () => socket.write(framed(query.bytes)))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < lengthOctets) return
      const end = lengthOctets + received.readUInt16BE(0)
      if (received.length < end) return
      const message = readMessage(received.subarray(lengthOctets, end), query)
      settle(message.kind === 'foreign' ? { kind: 'malformed', detail: 'the answer is to another question' } : message)
    })
    socket.once('end', () =>
      settle({ kind: 'malformed', detail: 'the server closed the connection without an answer' }),
    )
    return () => {
      stopPatience(patience)
      socket.destroy()
    }
  })
}

function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(lengthOctets)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function failure(error: Error): Reply {
  const code = errorCode(error)
  return { kind: isExhaustion(code) ? 'broken' : 'unreachable', detail: error.message }
}

/** Closing twice throws, and an error may have closed the socket already. */
export function closeQuietly(socket: UdpSocket): void {
  socket.removeAllListeners('message')
  try {
    socket.close()
  } catch {
    // The socket is already closed.
  }
}
