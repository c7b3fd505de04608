import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { type CheckKindName, checkSchemas } from '../../checks/check.ts'
import type { Observation } from '../../checks/outcome.ts'
import { observationSchema } from '../../checks/outcome.ts'
import { openTarget, post, postChecks, rawConnection, startProbe } from './started.ts'

const loopback = ['--allow-targets', 'loopback']

test('GET runs one check by query parameters', async () => {
  const { url } = await startProbe(loopback)
  const { port } = await openTarget()
  const response = await fetch(`${url}/v1/tcp?host=127.0.0.1&port=${port}&deadlineMs=2000&id=mine`)
  expect(response.status).toBe(200)
  expect(observationSchema.parse(await response.json())).toMatchObject({
    id: 'mine',
    outcome: { reason: 'connected', phase: 'connect', address: '127.0.0.1', port },
  })
})

test.each([
  ['tcp', 'host=127.0.0.1'],
  ['tcp', 'host=127.0.0.1&port=eighty'],
  ['tcp', 'host=127.0.0.1&port=80&port=81'],
  ['tcp', 'host=127.0.0.1&port=80&unknown=1'],
  ['tls', 'host=127.0.0.1&port=443&verify=maybe'],
  ['http', 'url=ftp://127.0.0.1'],
  ['dns', ''],
])('GET /v1/%s?%s is refused with the place of the mistake', async (kind, query) => {
  const { url } = await startProbe(loopback)
  const response = await fetch(`${url}/v1/${kind}?${query}`)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: 'invalid',
    mistakes: [{ path: expect.any(String), message: expect.any(String) }],
  })
})

test('every kind of check can be asked for by GET and stands on the OpenAPI page', async () => {
  const { url } = await startProbe()
  const page = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, { get?: { parameters: { name: string }[] } }>
  }
  for (const kind of Object.keys(checkSchemas) as CheckKindName[]) {
    expect(page.paths[`/v1/${kind}`]?.get?.parameters.map(({ name }) => name)).toContain('deadlineMs')
    expect((await fetch(`${url}/v1/${kind}`)).status).toBe(400)
  }
  for (const path of Object.keys(page.paths))
    expect((await fetch(url + path, { method: path === '/v1/checks' ? 'POST' : 'GET' })).status).not.toBe(404)
})

test('every reference of the OpenAPI page leads somewhere', async () => {
  const { url } = await startProbe()
  const text = await (await fetch(`${url}/openapi.json`)).text()
  const page = JSON.parse(text) as Record<string, unknown>
  for (const [, path] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = path!
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], page)
    expect(found, path).toBeDefined()
  }
})

test('a batch is answered with one observation per check', async () => {
  const { url, metrics } = await startProbe(loopback)
  const { port, until } = await openTarget()
  const checks = Array.from({ length: 300 }, (_, index) => ({
    kind: 'tcp' as const,
    id: `${index}`,
    host: '127.0.0.1',
    port,
  }))
  const observations = await postChecks(url, checks)
  expect(new Set(observations.map(({ id }) => id)).size).toBe(300)
  expect(observations.every(({ outcome }) => outcome.reason === 'connected')).toBe(true)
  await until(300)
  expect(await metrics()).toContain('crosscheck_checks_total{kind="tcp",reason="connected",phase="connect"} 300')
})

test('observations come while other checks still run', async () => {
  const { url } = await startProbe(loopback)
  const fast = await openTarget()
  const waiting = Promise.withResolvers<Socket>()
  const slow = await openTarget((socket) => waiting.resolve(socket))
  const response = await post(
    url,
    JSON.stringify({
      checks: [
        { kind: 'http', id: 'slow', url: `http://127.0.0.1:${slow.port}/`, deadlineMs: 60_000 },
        { kind: 'tcp', id: 'fast', host: '127.0.0.1', port: fast.port },
      ],
    }),
  )
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect(JSON.parse((await reader.read()).value!)).toMatchObject({ id: 'fast' })
  ;(await waiting.promise).end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  expect(JSON.parse((await reader.read()).value!)).toMatchObject({ id: 'slow', outcome: { reason: 'answered' } })
  expect((await reader.read()).done).toBe(true)
})

test.each(['GET', 'POST'])('a client that disconnects ends its checks (%s)', async (method) => {
  const { url, metrics } = await startProbe(loopback)
  const asked = Promise.withResolvers<Socket>()
  const { port } = await openTarget((socket) => asked.resolve(socket.resume()))
  const check = { kind: 'http', url: `http://127.0.0.1:${port}/`, deadlineMs: 60_000 }
  const client = new AbortController()
  const request =
    method === 'POST'
      ? fetch(`${url}/v1/checks`, {
          method,
          signal: client.signal,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ checks: [check] }),
        })
      : fetch(`${url}/v1/http?url=${check.url}&deadlineMs=60000`, { signal: client.signal })
  const ended = request.catch((error: Error) => error.name)
  const socket = await asked.promise
  const closed = once(socket, 'close')
  client.abort()
  await closed
  expect(await ended).toBe('AbortError')
  expect(await metrics()).toContain('crosscheck_checks_in_flight 0')
})

test('batches beyond the bound are refused while the others go on, and their place becomes free', async () => {
  const { url } = await startProbe([...loopback, '--batches', '1'])
  const waiting = Promise.withResolvers<Socket>()
  const slow = await openTarget((socket) => waiting.resolve(socket))
  const checks = [{ kind: 'http' as const, url: `http://127.0.0.1:${slow.port}/`, deadlineMs: 60_000 }]
  const first = postChecks(url, checks)
  const socket = await waiting.promise
  const second = await post(url, JSON.stringify({ checks }))
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await second.json()).toMatchObject({ error: 'busy' })
  expect((await fetch(`${url}/v1/tcp?host=127.0.0.1&port=${slow.port}`)).status).toBe(200)
  socket.end('HTTP/1.1 204 No Content\r\n\r\n')
  expect(await first).toMatchObject([{ outcome: { reason: 'answered' } }])
  expect((await post(url, '{"checks":[{"kind":"tcp","host":"127.0.0.1","port":1}]}')).status).toBe(200)
})

test('with a token configured every request must bring it, before its body is read', async () => {
  const { url, controlPort, metrics } = await startProbe([
    '--token-sha256',
    createHash('sha256').update('s3cret').digest('hex'),
  ])
  for (const authorization of ['', 'Bearer', 'Bearer wrong', 'Basic s3cret', 's3cret', 'Bearer s3cret extra']) {
    expect((await fetch(`${url}/openapi.json`, { headers: { authorization } })).status, authorization).toBe(401)
  }
  expect((await fetch(`${url}/openapi.json`)).status).toBe(401)
  expect((await fetch(`${url}/nowhere`)).status).toBe(401)
  expect((await fetch(`${url}/openapi.json`, { headers: { authorization: 'Bearer s3cret' } })).status).toBe(200)
  const { socket, answer } = rawConnection(controlPort)
  socket.write(
    'POST /v1/checks HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
  )
  expect(await answer).toMatch(/^HTTP\/1.1 401 /)
  expect(await metrics()).toContain('crosscheck_requests_refused_total{code="unauthorized"} 9')
})

test('deadlines are cut to the probe’s bound', async () => {
  const { url } = await startProbe([...loopback, '--max-deadline-ms', '50'])
  const { port } = await openTarget()
  const [observation] = await postChecks(url, [{ kind: 'http', url: `http://127.0.0.1:${port}/`, deadlineMs: 60_000 }])
  expect(observation?.outcome.reason).toBe('http_timeout')
})

test('what listeners of the process saw is told by nonce', async () => {
  const { url, listeners } = await startProbe([...loopback, 'listen', '--tcp', '0'])
  const port = listeners.tcp[0]!
  const [observation] = await postChecks(url, [{ kind: 'tcp', host: '127.0.0.1', port, send: 'nonce=0123456789' }])
  expect(JSON.parse((observation as Observation).outcome.reply!)).toMatchObject({
    listener: 'test',
    echo: 'nonce=0123456789',
  })
  expect(await (await fetch(`${url}/v1/witness?nonce=0123456789`)).json()).toEqual({
    arrivals: [{ at: expect.any(Number), from: '127.0.0.1', port, protocol: 'tcp' }],
  })
  expect(await (await fetch(`${url}/v1/witness?nonce=unseen-nonce`)).json()).toEqual({ arrivals: [] })
  expect((await fetch(`${url}/v1/witness`)).status).toBe(400)
})

test.each(['127.0.0.2', '::1'])('the control port is bound to 127.0.0.1 and not to %s', async (host) => {
  const { controlPort } = await startProbe()
  const socket = connect({ port: controlPort, host })
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')
})
