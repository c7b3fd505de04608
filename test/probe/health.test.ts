import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createHealthServer } from '../../probe/health.ts'

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const each of cleanup.splice(0)) each()
})

async function open(ready = true): Promise<number> {
  const server = createHealthServer({ ready: () => ready, metrics: () => 'crosscheck_checks_in_flight 0\n' })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return (server.address() as { port: number }).port
}

/** Raw, because a client library would not send half of this. */
async function say(port: number, request: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  socket.end(request)
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  return text
}

const get = (port: number, path: string) => say(port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)

test('healthz, readyz and metrics are answered', async () => {
  const port = await open()
  expect(await get(port, '/healthz')).toMatch(/^HTTP\/1.1 200 /)
  expect(await get(port, '/readyz')).toMatch(/^HTTP\/1.1 200 /)
  expect(await get(port, '/metrics')).toContain('crosscheck_checks_in_flight 0')
})

test('a stopping probe is healthy and not ready', async () => {
  const port = await open(false)
  expect(await get(port, '/healthz')).toMatch(/^HTTP\/1.1 200 /)
  expect(await get(port, '/readyz')).toMatch(/^HTTP\/1.1 503 /)
})

test('nothing of a request comes back', async () => {
  const port = await open()
  const requests = [
    'GET /needle?needle=<script>needle HTTP/1.1\r\nhost: needle\r\nx-needle: needle\r\nconnection: close\r\n\r\n',
    'NEEDLE / HTTP/1.1\r\nhost: needle\r\n\r\n',
    'POST /metrics HTTP/1.1\r\nhost: needle\r\ncontent-length: 6\r\n\r\nneedle',
    'OPTIONS * HTTP/1.1\r\nhost: needle\r\norigin: needle\r\nconnection: close\r\n\r\n',
    'TRACE /healthz HTTP/1.1\r\nhost: needle\r\nx-needle: needle\r\nconnection: close\r\n\r\n',
    'needle',
    `GET /${'needle'.repeat(2000)} HTTP/1.1\r\n\r\n`,
  ]
  for (const request of requests) {
    const answer = await say(port, request)
    expect(answer).toMatch(/^HTTP\/1.1 [45]\d\d /)
    expect(answer.toLowerCase()).not.toContain('needle')
  }
})

test('a body is not read: the connection ends with the answer', async () => {
  const port = await open()
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  socket.write('POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n')
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  expect(text.split('\r\n\r\n')[0]).toMatch(/^HTTP\/1.1 405 [\s\S]*connection: close/i)
})
