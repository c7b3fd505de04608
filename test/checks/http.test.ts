import { createServer } from 'node:https'
import { describe, expect, test } from 'vitest'
import type { CheckInput } from '../../checks/check.ts'
import { loopback, outcomeOf } from './loopback.ts'
import { authority, closedPort, httpServer, identity, listening, tcpServer, tlsServer } from './servers.ts'

const at = (port: number, path = '/'): string => `http://127.0.0.1:${port}${path}`
const answering = (text: string): Promise<number> => tcpServer((socket) => socket.once('data', () => socket.end(text)))

describe('http', () => {
  test('a 2xx response is answered, with its status, headers and body', async () => {
    const port = await httpServer((request, response) => {
      response.setHeader('x-path', `${request.method} ${request.url} ${request.headers['user-agent']}`)
      response.end('fine')
    })
    const outcome = await outcomeOf({ kind: 'http', url: at(port, '/health?full=1') })
    expect(outcome).toMatchObject({ reason: 'answered', phase: 'response', address: '127.0.0.1', port })
    expect(outcome.http).toMatchObject({
      status: 200,
      body: 'fine',
      headers: { 'x-path': 'GET /health?full=1 crosscheck' },
    })
    expect(Object.keys(outcome.durations)).toEqual(expect.arrayContaining(['connect', 'request', 'response']))
  })

  test('method, headers and body are sent as given', async () => {
    const port = await httpServer((request, response) => {
      request.pipe(response.setHeader('x-seen', `${request.method} ${String(request.headers['x-one'])}`))
    })
    const outcome = await outcomeOf({
      kind: 'http',
      url: at(port),
      method: 'POST',
      headers: { 'x-one': '1' },
      body: 'ping',
    })
    expect(outcome.http).toMatchObject({ body: 'ping', headers: { 'x-seen': 'POST 1' } })
  })

  test('a status that was not asked for is told, with both', async () => {
    const port = await httpServer((_request, response) => response.writeHead(503).end())
    expect(await outcomeOf({ kind: 'http', url: at(port) })).toMatchObject({
      reason: 'http_status',
      detail: 'status 503, expected 2xx',
    })
    const asked = await outcomeOf({ kind: 'http', url: at(port), expect: { status: [401, 503] } })
    expect(asked.reason).toBe('answered')
  })

  test('a header or body that lacks the text is told', async () => {
    const port = await httpServer((_request, response) => response.setHeader('content-type', 'text/plain').end('pong'))
    const url = at(port)
    const expectations = { headers: { 'Content-Type': 'plain' }, body: 'pong' }
    expect(await outcomeOf({ kind: 'http', url, expect: expectations })).toMatchObject({ reason: 'answered' })
    expect(await outcomeOf({ kind: 'http', url, expect: { headers: { 'Content-Type': 'json' } } })).toMatchObject({
      reason: 'http_header',
    })
    expect(await outcomeOf({ kind: 'http', url, expect: { headers: { 'x-none': '' } } })).toMatchObject({
      reason: 'http_header',
    })
    expect(await outcomeOf({ kind: 'http', url, expect: { body: 'ping' } })).toMatchObject({ reason: 'http_body' })
  })

  test('a body without end is cut at the bound', async () => {
    const port = await httpServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      }
      response.on('drain', more)
      more()
    })
    const outcome = await outcomeOf({ kind: 'http', url: at(port) })
    expect(outcome.reason).toBe('answered')
    expect(outcome.http?.body).toHaveLength(65_536)
  })

  test('what is not HTTP breaks the protocol', async () => {
    expect(await outcomeOf({ kind: 'http', url: at(await answering('SSH-2.0-OpenSSH\r\n')) })).toMatchObject({
      reason: 'http_protocol',
    })
  })

  test('a response that ends in its midst breaks the protocol', async () => {
    const port = await answering('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')
    expect(await outcomeOf({ kind: 'http', url: at(port) })).toMatchObject({
      reason: 'http_protocol',
      phase: 'response',
    })
  })

  test('a reset or a close instead of a response is a denial after the handshake', async () => {
    const closed = await answering('')
    expect(await outcomeOf({ kind: 'http', url: at(closed) })).toMatchObject({
      reason: 'closed_after_connect',
      phase: 'request',
    })
    const reset = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await outcomeOf({ kind: 'http', url: at(reset) })).toMatchObject({
      reason: 'reset_after_connect',
      phase: 'request',
    })
  })

  test('a server that never answers, or never ends its answer, is an HTTP timeout', async () => {
    const silent = await tcpServer(() => {})
    expect(await outcomeOf({ kind: 'http', url: at(silent), deadlineMs: 100 })).toMatchObject({
      reason: 'http_timeout',
      phase: 'request',
    })
    const slow = await httpServer((_request, response) => response.write('some'))
    const outcome = await outcomeOf({ kind: 'http', url: at(slow), deadlineMs: 200 })
    expect(outcome).toMatchObject({ reason: 'http_timeout', phase: 'response', http: { status: 200 } })
  })

  test('a refused port is told by its connect phase', async () => {
    expect(await outcomeOf({ kind: 'http', url: at(await closedPort()) })).toMatchObject({
      reason: 'connect_refused',
      phase: 'connect',
    })
  })

  test('ports that browsers forbid are asked all the same, over IPv6 literals too', async () => {
    expect(await outcomeOf({ kind: 'http', url: 'http://[::1]:1/' })).toMatchObject({
      reason: 'connect_refused',
      address: '::1',
      port: 1,
    })
  })

  test('a header that HTTP cannot carry is not run', async () => {
    const port = await httpServer((_request, response) => response.end())
    expect(await outcomeOf({ kind: 'http', url: at(port), headers: { 'x-a': 'one\r\nx-b: two' } })).toMatchObject({
      reason: 'not_run',
    })
  })

  test('https verifies the certificate before a byte of the request is sent', async () => {
    let requests = 0
    const port = await listening(createServer(identity, (_request, response) => response.end(`${++requests}`)))
    const url = `https://crosscheck.test:${port}/`
    const vantage = loopback({ hosts: { 'crosscheck.test': ['127.0.0.1'] } })
    expect(await outcomeOf({ kind: 'http', url }, vantage)).toMatchObject({ reason: 'tls_untrusted', phase: 'tls' })
    expect(requests).toBe(0)
    const trusted = await outcomeOf({ kind: 'http', url, ca: authority }, vantage)
    expect(trusted).toMatchObject({ reason: 'answered', http: { body: '1' }, tls: { authorized: true } })
  })

  test('https to a server that wants a client certificate says so', async () => {
    const port = await tlsServer({ requestCert: true, rejectUnauthorized: true, ca: authority })
    const input: CheckInput = { kind: 'http', url: `https://127.0.0.1:${port}/`, ca: authority }
    expect(await outcomeOf(input)).toMatchObject({ reason: 'tls_client_certificate_required' })
  })
})

describe('redirects', () => {
  const redirecting = (location: string, status = 302): Promise<number> =>
    httpServer((_request, response) => response.writeHead(status, { location }).end())

  test('are not followed unless asked: the status counts', async () => {
    const port = await redirecting('/elsewhere')
    expect(await outcomeOf({ kind: 'http', url: at(port) })).toMatchObject({
      reason: 'http_status',
      http: { status: 302 },
    })
  })

  test('are followed by a new connection, without secrets for another origin', async () => {
    const last = await httpServer((request, response) =>
      response.end(`${request.method} ${request.headers.authorization}`),
    )
    const first = await redirecting(at(last, '/end'))
    const input: CheckInput = {
      kind: 'http',
      url: at(first),
      method: 'POST',
      body: 'x',
      headers: { Authorization: 's' },
      redirects: 1,
    }
    const outcome = await outcomeOf(input)
    expect(outcome).toMatchObject({
      reason: 'answered',
      port: last,
      http: { url: at(last, '/end'), body: 'GET undefined' },
    })
  })

  test('keep method and body after 307', async () => {
    const last = await httpServer((request, response) =>
      request.pipe(response.setHeader('x-method', request.method ?? '')),
    )
    const outcome = await outcomeOf({
      kind: 'http',
      url: at(await redirecting(at(last), 307)),
      method: 'PUT',
      body: 'x',
      redirects: 1,
    })
    expect(outcome.http).toMatchObject({ body: 'x', headers: { 'x-method': 'PUT' } })
  })

  test('without end, without a target or to another scheme are told', async () => {
    const endless = await redirecting('/again')
    const outcome = await outcomeOf({ kind: 'http', url: at(endless), redirects: 2 })
    expect(outcome).toMatchObject({ reason: 'http_redirect', detail: 'more than 2 redirects' })
    const nowhere = await httpServer((_request, response) => response.writeHead(302).end())
    expect(await outcomeOf({ kind: 'http', url: at(nowhere), redirects: 1 })).toMatchObject({ reason: 'http_redirect' })
    const strange = await redirecting('ftp://example.test/')
    expect(await outcomeOf({ kind: 'http', url: at(strange), redirects: 1 })).toMatchObject({ reason: 'http_redirect' })
  })

  test('to a literal that is not admitted are not dialled', async () => {
    let reached = false
    const forbidden = await tcpServer(() => {
      reached = true
    })
    const first = await redirecting(at(forbidden))
    const admit = (_address: string, port: number): string | undefined => (port === forbidden ? 'not there' : undefined)
    const outcome = await outcomeOf({ kind: 'http', url: at(first), redirects: 1 }, loopback(), { admit })
    expect(outcome).toMatchObject({ reason: 'not_run', phase: 'admission', detail: 'not there', port: forbidden })
    expect(reached).toBe(false)
  })
})
