import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Authority } from './certificate.ts'
import type { Arrival, Witness } from './witness.ts'

/** Settings of all connections of a listener. The lab has one per pod. */
export interface ListenerFacts {
  /** The listener's name in replies: `namespace/pod`, or the host's name. */
  readonly name: string
  readonly authority: Authority
  readonly witness: Witness
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** An idle connection is destroyed after this time, in milliseconds. */
  readonly idleMs: number
  /** The status of every HTTP response; 200 when absent. */
  readonly status?: number
}

/** Bytes of the first message that the reply repeats. Later data is echoed unchanged. */
export const echoed = 256

/**
 * Serves one accepted connection in the protocol that the client uses first: TLS for a ClientHello (then again for its
 * contents), HTTP with a status and small JSON, otherwise one line of JSON and then an echo. Sends nothing before the
 * client does.
 */
export function serveConnection(socket: Socket, facts: ListenerFacts): void {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(facts.idleMs, () => socket.destroy())
  sniff(socket, Buffer.alloc(0), facts)
}

function sniff(socket: Socket, before: Buffer, facts: ListenerFacts): void {
  socket.once('readable', () => {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) {
      if (!socket.destroyed && socket.readableEnded === false) sniff(socket, before, facts)
      return
    }
    const bytes = before.length === 0 ? chunk : Buffer.concat([before, chunk])
    const spoken = speech(bytes, socket)
    if (spoken === 'unclear') sniff(socket, bytes, facts)
    else answers[spoken](socket, bytes, facts)
  })
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT']

function speech(bytes: Buffer, socket: Socket): 'tls' | 'http' | 'echo' | 'unclear' {
  // TLS record header: type handshake, major version 3 (RFC 8446 §5.1).
  if (bytes[0] === 0x16 && !(socket instanceof TLSSocket)) {
    if (bytes.length === 1) return 'unclear'
    return bytes[1] === 0x03 ? 'tls' : 'echo'
  }
  const start = bytes.toString('latin1', 0, 8)
  if (methods.some((method) => start.startsWith(`${method} `))) return 'http'
  return methods.some((method) => `${method} `.startsWith(start)) ? 'unclear' : 'echo'
}

const answers: Readonly<
  Record<'tls' | 'http' | 'echo', (socket: Socket, bytes: Buffer, facts: ListenerFacts) => void>
> = {
  tls(socket, bytes, facts) {
    socket.unshift(bytes)
    const context = (name: string) => facts.authority.contextFor(name)
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: context(socket.localAddress?.replace(/^::ffff:/, '') ?? 'localhost'),
      SNICallback: (name, done) => done(null, context(name)),
    })
    serveConnection(secure, facts)
  },
  http(socket, bytes, facts) {
    facts.witness.read(bytes, arrival(socket, facts, 'http'))
    socket.unshift(bytes)
    speakers.set(socket, facts)
    http.emit('connection', socket)
  },
  echo(socket, bytes, facts) {
    facts.witness.read(bytes, arrival(socket, facts, socket instanceof TLSSocket ? 'tls' : 'tcp'))
    socket.write(`${JSON.stringify({ ...self(socket, facts), echo: bytes.toString('utf8', 0, echoed) })}\n`)
    socket.pipe(socket)
  },
}

const speakers = new WeakMap<Socket, ListenerFacts>()
/** Never listens. HTTP connections are passed to it. */
const http = createServer({ maxHeaderSize: 16 * 1024 }, respond)

function respond(request: IncomingMessage, response: ServerResponse): void {
  const facts = speakers.get(request.socket)
  if (facts === undefined) return void request.socket.destroy()
  request.resume()
  const line = {
    method: request.method,
    path: request.url?.slice(0, echoed),
    host: request.headers.host?.slice(0, echoed),
  }
  const body = `${JSON.stringify({ ...self(request.socket, facts), ...line })}\n`
  response.writeHead(facts.status ?? 200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

function self(socket: Socket, facts: ListenerFacts): Record<string, unknown> {
  return {
    listener: facts.name,
    address: plain(socket.localAddress),
    port: socket.localPort,
    peer: plain(socket.remoteAddress),
  }
}

function arrival(socket: Socket, facts: ListenerFacts, protocol: Arrival['protocol']): Arrival {
  return { at: facts.now(), from: plain(socket.remoteAddress), port: socket.localPort ?? 0, protocol }
}

/** A dual-stack socket shows IPv4 peers in mapped form. */
const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '')
