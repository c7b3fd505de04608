import type { Socket } from 'node:net'
import type { Client, Dispatcher } from 'undici'
import { type Attempt, concludeEnded } from './attempt.ts'
import { bounds, type HttpCheck } from './check.ts'
import { within } from './deadline.ts'
import { errorCode } from './errno.ts'
import { loadHttpClient } from './http-client.ts'
import type { HttpFacts, Outcome, Reason } from './outcome.ts'
import { tlsReason } from './tls-errors.ts'
import { conclude, enter } from './trace.ts'

export interface HttpRequest {
  readonly url: URL
  readonly method: HttpCheck['method']
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

type Received = { readonly facts: HttpFacts } | { readonly error: unknown }

const agent = 'crosscheck'

/**
 * Sends the request over the given connection, closes it afterwards, and stores the response in the trace. Returns an
 * outcome if there is no response.
 */
export async function converse(socket: Socket, request: HttpRequest, attempt: Attempt): Promise<Outcome | undefined> {
  const { trace } = attempt
  const HttpClient = await loadHttpClient()
  enter(trace, 'request')
  const client = new HttpClient(request.url.origin, {
    // If called synchronously, undici would never send the request.
    connect: (_options, callback) => queueMicrotask(() => callback(null, socket)),
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  let broken: Error | undefined
  socket.on('error', (error) => {
    broken ??= error
  })
  const received = await within<Received>(attempt.deadline, (settle) => {
    receive(client, request, attempt).then(
      (facts) => settle({ facts }),
      (error: unknown) => settle({ error }),
    )
    return () => {
      client.destroy().catch(() => {})
      socket.destroy()
    }
  })
  if (typeof received === 'string') return concludeEnded(trace, received)
  if ('error' in received) return failed(broken ?? received.error, attempt)
  trace.seen.http = received.facts
  return undefined
}

async function receive(client: Client, request: HttpRequest, { trace }: Attempt): Promise<HttpFacts> {
  const { url, method, body } = request
  const response = await client.request({
    path: `${url.pathname}${url.search}`,
    method,
    headers: { 'user-agent': agent, ...request.headers },
    ...(body === undefined ? {} : { body }),
  })
  enter(trace, 'response')
  const facts = { status: response.statusCode, headers: flat(response.headers), url: url.href }
  // If the body never ends, the status is still known.
  trace.seen.http = { ...facts, body: '' }
  return { ...facts, body: await read(response.body) }
}

/** The first bytes of a body. The rest is never read. */
async function read(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= bounds.bodyBytes) break
  }
  return Buffer.concat(chunks).subarray(0, bounds.bodyBytes).toString()
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  )
}

function failed(error: unknown, { trace }: Attempt): Outcome {
  const code = errorCode(error)
  const detail = error instanceof Error ? error.message : String(error)
  return conclude(trace, reasonOf(error, trace.phase === 'request'), `${code}: ${detail}`)
}

/**
 * Before the response began, an end or a reset is a denial after the handshake. In the middle of the response it
 * violates the protocol.
 */
function reasonOf(error: unknown, beforeResponse: boolean): Reason {
  const code = errorCode(error)
  if (error instanceof Error && code.startsWith('ERR_SSL_')) return tlsReason(error, true)
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return 'not_run'
  if (!beforeResponse) return 'http_protocol'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset_after_connect'
  return code === 'UND_ERR_SOCKET' ? 'closed_after_connect' : 'http_protocol'
}
