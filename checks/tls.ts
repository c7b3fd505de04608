import { isIP, type Socket } from 'node:net'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { type Attempt, concludeEnded, isOutcome } from './attempt.ts'
import type { TlsCheck } from './check.ts'
import { within } from './deadline.ts'
import { openStream } from './dial.ts'
import type { Outcome, TlsFacts } from './outcome.ts'
import { locate } from './resolve-target.ts'
import { tlsReason, untrustedReason } from './tls-errors.ts'
import { conclude, enter } from './trace.ts'

export interface Secured {
  readonly socket: TLSSocket
}

export interface TlsOptions {
  /** The name that is sent (SNI) and that the certificate must have. An address is only compared. */
  readonly name: string
  readonly verify: boolean
  readonly ca: string | undefined
  readonly protocols?: readonly string[]
}

/**
 * With TLS 1.3 the client finishes before the server has verified the client's certificate. The server's rejection
 * arrives with the first read, one round trip later. A session ticket proves that the server accepted. For a server
 * without tickets, wait this long, in milliseconds.
 */
const acceptanceMs = 100

/** Opens a connection, performs the TLS handshake and, with TLS 1.3, waits for the server to accept it. */
export async function runTls(check: TlsCheck, attempt: Attempt): Promise<Outcome> {
  const target = await locate(check, attempt)
  if (isOutcome(target)) return target
  const connection = await openStream(target, attempt)
  if (isOutcome(connection)) return connection
  const options = { name: check.serverName ?? check.host, verify: check.verify, ca: check.ca }
  const secured = await secure(connection.socket, options, attempt)
  if (isOutcome(secured)) return secured
  try {
    return await accepted(secured.socket, attempt)
  } finally {
    secured.socket.destroy()
  }
}

/**
 * The TLS handshake over a connected socket, which it takes over. Returns an outcome if it fails or the certificate is
 * invalid.
 */
export async function secure(socket: Socket, options: TlsOptions, attempt: Attempt): Promise<Secured | Outcome> {
  const { trace } = attempt
  enter(trace, 'tls')
  const tls = connect({
    socket,
    host: options.name,
    ...(isIP(options.name) === 0 ? { servername: options.name } : {}),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.protocols === undefined ? {} : { ALPNProtocols: [...options.protocols] }),
    rejectUnauthorized: false,
  })
  const end = await within<Secured | { readonly error: Error }>(attempt.deadline, (settle) => {
    tls.once('secureConnect', () => settle({ socket: tls }))
    tls.on('error', (error) => settle({ error }))
    return () => {}
  })
  if (typeof end === 'object' && 'socket' in end) {
    trace.seen.tls = factsOf(tls)
    const error = options.verify ? tls.authorizationError : undefined
    if (!error) return end
    tls.destroy()
    return conclude(trace, untrustedReason(String(error)), `the certificate is not valid for ${options.name}: ${error}`)
  }
  tls.destroy()
  socket.destroy()
  if (typeof end === 'string') return concludeEnded(trace, end)
  return conclude(trace, tlsReason(end.error, socket.bytesRead > 0), end.error.message)
}

async function accepted(socket: TLSSocket, attempt: Attempt): Promise<Outcome> {
  const { trace } = attempt
  if (socket.getProtocol() !== 'TLSv1.3') return conclude(trace, 'connected')
  const end = await within<{ readonly error?: Error }>(attempt.deadline, (settle) => {
    const timer = setTimeout(settle, acceptanceMs, {})
    socket.once('session', () => settle({}))
    socket.once('data', () => settle({}))
    socket.once('end', () => settle({}))
    socket.once('error', (error) => settle({ error }))
    return () => clearTimeout(timer)
  })
  if (end === 'aborted') return concludeEnded(trace, end)
  if (end === 'expired' || end.error === undefined) return conclude(trace, 'connected')
  return conclude(trace, tlsReason(end.error, true), end.error.message)
}

function factsOf(socket: TLSSocket): TlsFacts {
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate()
  const facts: TlsFacts = { authorized: socket.authorized, names: namesOf(certificate.subjectaltname) }
  const protocol = socket.getProtocol()
  if (protocol !== null) facts.protocol = protocol
  if (socket.authorizationError) facts.error = String(socket.authorizationError)
  const { subject, issuer, valid_to } = certificate
  if (subject?.CN !== undefined) facts.subject = [subject.CN].flat().join(', ')
  if (issuer?.CN !== undefined) facts.issuer = [issuer.CN].flat().join(', ')
  if (valid_to !== undefined) facts.validTo = new Date(valid_to).toISOString()
  return facts
}

/** `DNS:a.example, IP Address:10.0.0.1` as a list of names and addresses. */
function namesOf(alternatives: string | undefined): string[] {
  return (alternatives ?? '').split(', ').flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? [])
}
