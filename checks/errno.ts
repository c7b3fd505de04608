import type { Reason } from './outcome.ts'

/** When a `connect` error occurred: in the system call itself (nothing was sent), or later, from the path. */
export type ConnectErrorTime = 'by-the-call' | 'later'

/** An EHOSTUNREACH after this many milliseconds is an address resolution timeout (3.06 s measured), not a rejection. */
const hostAbsentAfterMs = 2_500
/** An error within this time after its connection attempt is immediate, however long earlier attempts took. */
const atOnceMs = 250

/**
 * The system call fails if the source's routing table has no route: ENETUNREACH (none at all), EHOSTUNREACH (an
 * `unreachable` route), EACCES (`prohibit`), EINVAL (`blackhole`), EAFNOSUPPORT (no such family). Later, the same codes
 * are ICMP from the path: net-, host- and admin-prohibited, and for EACCES ICMPv6. In SYN-SENT, a reset is ECONNREFUSED
 * (RFC 9293 §3.10.7.3). So ECONNRESET, or EPIPE after a FIN, means that the handshake was complete and the reset came
 * before this process read the socket. EPERM comes from a program or filter on the source's node, which is part of the
 * path.
 */
const connectReasons: Readonly<Record<string, Readonly<Record<ConnectErrorTime, Reason>>>> = {
  ECONNREFUSED: { 'by-the-call': 'connect_refused', later: 'connect_refused' },
  ECONNRESET: { 'by-the-call': 'reset_after_connect', later: 'reset_after_connect' },
  EPIPE: { 'by-the-call': 'reset_after_connect', later: 'reset_after_connect' },
  EHOSTUNREACH: { 'by-the-call': 'no_route', later: 'connect_rejected' },
  ENETUNREACH: { 'by-the-call': 'no_route', later: 'connect_rejected' },
  EACCES: { 'by-the-call': 'no_route', later: 'connect_rejected' },
  EPERM: { 'by-the-call': 'connect_rejected', later: 'connect_rejected' },
  EINVAL: { 'by-the-call': 'no_route', later: 'not_run' },
  EAFNOSUPPORT: { 'by-the-call': 'no_route', later: 'not_run' },
  ETIMEDOUT: { 'by-the-call': 'connect_timeout', later: 'connect_timeout' },
}

/** Rejections of a datagram. All other errors are faults of the probe. */
const datagramRejections = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EPERM'])

/** Codes that say nothing about the path: descriptors, ports, memory. */
const exhaustion = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])

/**
 * The reason of a failed TCP connection. `sinceFirstMs` counts from the check's first connection to this address,
 * `sinceDialMs` from this one.
 */
export function connectReason(
  code: string,
  told: ConnectErrorTime,
  { sinceFirstMs, sinceConnectMs }: { readonly sinceFirstMs: number; readonly sinceConnectMs: number },
): Reason {
  const reason = connectReasons[code]?.[told] ?? 'not_run'
  const late = sinceFirstMs >= hostAbsentAfterMs && sinceConnectMs >= atOnceMs
  return reason === 'connect_rejected' && code === 'EHOSTUNREACH' && late ? 'host_absent' : reason
}

/**
 * The reason of an error on a connected UDP socket. An error of the connect call itself means that there is no route.
 */
export function datagramReason(code: string, told: ConnectErrorTime): Reason {
  if (told === 'by-the-call')
    return connectReasons[code]?.[told] === 'no_route' ? 'no_route' : datagramReason(code, 'later')
  return datagramRejections.has(code) ? 'udp_rejected' : 'not_run'
}

/** Whether an error shows a limit of the probe, not of the network. */
export function isExhaustion(code: string): boolean {
  return exhaustion.has(code)
}

/** The code of a system error (`ECONNREFUSED`), or the error's name if it has no code. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
