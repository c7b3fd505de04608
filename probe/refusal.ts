import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import type { Metrics, RefusalCode } from './metrics.ts'
import type { Mistake } from './validation-errors.ts'

/** The response to a request that is not served. */
export interface Refusal {
  readonly status: number
  readonly error: RefusalCode
  readonly detail: string
  readonly mistakes?: readonly Mistake[]
}

/** Sends the refusal and counts it. */
export function refuse(reply: FastifyReply, metrics: Metrics, { status, ...body }: Refusal): FastifyReply {
  metrics.refused(body.error)
  return reply.code(status).send(body)
}

/** Translates errors of the server framework. An unknown error is a fault of the probe, and its message is not sent. */
export function refusalOf(error: { readonly statusCode?: number; readonly message: string }): Refusal {
  const code = faults[error.statusCode ?? 500]
  if (code === undefined) return { status: 500, error: 'fault', detail: 'the probe has a fault' }
  return { status: error.statusCode!, error: code, detail: error.message.slice(0, 300) }
}

const faults: Readonly<Record<number, RefusalCode>> = {
  400: 'bad_request',
  413: 'too_large',
  414: 'too_large',
  415: 'bad_request',
}

/**
 * Closing with unread bytes resets the connection and loses the response. So incoming data is read and dropped for this
 * time.
 */
const lingerMs = 500

/** Responds to errors before there was a request (large headers, slow headers, no HTTP), and closes the connection. */
export function refuseConnection(code: string, socket: Socket, metrics: Metrics): void {
  // The parser reports another error for every chunk after the response.
  if (socket.writableEnded) return
  const { line, error, detail } = protocolFaults[code] ?? notHttp
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy()
  metrics.refused(error)
  const body = JSON.stringify({ error, detail })
  const head = `HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`
  socket.end(`${head}\r\n\r\n${body}`)
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(timer))
}

interface ProtocolFault {
  readonly line: string
  readonly error: RefusalCode
  readonly detail: string
}

const notHttp: ProtocolFault = { line: '400 Bad Request', error: 'bad_request', detail: 'this is not HTTP' }

/** By error code of node:http. */
const protocolFaults: Readonly<Record<string, ProtocolFault>> = {
  HPE_HEADER_OVERFLOW: {
    line: '431 Request Header Fields Too Large',
    error: 'too_large',
    detail: 'the headers are too large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    line: '408 Request Timeout',
    error: 'timeout',
    detail: 'the request did not arrive in time',
  },
}
