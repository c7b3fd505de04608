import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { openTarget, post, postChecks, rawConnection, startProbe } from './started.ts'

const mebibyte = Buffer.alloc(1024 * 1024, 0x20)
const postHead = 'POST /v1/checks HTTP/1.1\r\nhost: probe\r\ncontent-type: application/json\r\n'

/** Whether the probe still runs a check for somebody else. */
async function serves(url: string): Promise<boolean> {
  const response = await fetch(`${url}/v1/tcp?host=192.0.2.1&port=80&deadlineMs=10`)
  return response.status === 200 && (await response.text()).includes('"outcome"')
}

/** Writes until the other side refuses or so many bytes are gone; how many were. */
async function pour(socket: Socket, bytes: number, wrap: (chunk: Buffer) => readonly Buffer[]): Promise<number> {
  let sent = 0
  while (sent < bytes && !socket.destroyed && socket.writable) {
    let room = true
    for (const part of wrap(mebibyte)) room = socket.write(part)
    sent += mebibyte.length
    if (!room) await new Promise<void>((resolve) => socket.once('drain', resolve).once('close', resolve))
  }
  return sent
}

test('a body that says it has 1 GB is refused before any of it is read', async () => {
  const { url, controlPort } = await startProbe()
  const { socket, answer } = rawConnection(controlPort)
  socket.write(`${postHead}content-length: 1000000000\r\n\r\n`)
  expect(await answer).toMatch(/^HTTP\/1.1 413 [\s\S]*"error":"too_large"/)
  expect(await serves(url)).toBe(true)
})

test('1 GB streamed in chunks is refused after the first megabytes, while others are served', async () => {
  const { url, controlPort } = await startProbe()
  const { socket, answer } = rawConnection(controlPort)
  socket.write(`${postHead}transfer-encoding: chunked\r\n\r\n`)
  const pouring = pour(socket, 1024 ** 3, (chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ])
  expect(await serves(url)).toBe(true)
  // Socket buffers of both ends hold some megabytes that were sent and never read.
  expect(await pouring).toBeLessThan(64 * 1024 ** 2)
  expect(await answer).toMatch(/^(HTTP\/1.1 413 |$)/)
  expect(await serves(url)).toBe(true)
})

test('a million checks are refused: by size, and by count where the size is allowed', async () => {
  const { url } = await startProbe()
  const million = JSON.stringify({ checks: Array.from({ length: 1_000_000 }, () => 0) })
  const bySize = await post(url, million)
  expect([bySize.status, await bySize.json()]).toMatchObject([413, { error: 'too_large' }])
  const roomy = await startProbe(['--body-bytes', '4194304'])
  const byCount = await post(roomy.url, million)
  expect([byCount.status, await byCount.json()]).toMatchObject([
    413,
    { error: 'too_many', mistakes: [{ path: 'checks', message: '1000000 checks; at most 10000 in one batch' }] },
  ])
  expect(await serves(url)).toBe(true)
})

test('clients that send their headers drop by drop are told 408, while others are served', async () => {
  const { url, controlPort, metrics } = await startProbe(['--headers-timeout-ms', '200'])
  const slow = Array.from({ length: 20 }, () => rawConnection(controlPort))
  for (const { socket } of slow) socket.write('GET /v1/tcp HTTP/1.1\r\nx-slow: ')
  const drip = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('a')
  }, 20)
  expect(await serves(url)).toBe(true)
  const answers = await Promise.all(slow.map(({ answer }) => answer))
  clearInterval(drip)
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*"error":"timeout"/)
  expect(await metrics()).toContain('crosscheck_requests_refused_total{code="timeout"} 20')
})

test('clients that send their bodies drop by drop are told 408', async () => {
  const { url, controlPort } = await startProbe(['--request-timeout-ms', '300', '--headers-timeout-ms', '200'])
  const { socket, answer } = rawConnection(controlPort)
  socket.write(`${postHead}content-length: 1000\r\n\r\n`)
  const drip = setInterval(() => socket.writable && socket.write(' '), 20)
  expect(await serves(url)).toBe(true)
  expect(await answer).toMatch(/^HTTP\/1.1 408 /)
  clearInterval(drip)
})

test.each([
  ['one header of 1 MB', `GET / HTTP/1.1\r\nx-bomb: ${'a'.repeat(1024 * 1024)}\r\n\r\n`],
  ['100,000 headers', `GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(100_000)}\r\n`],
  ['a path of 1 MB', `GET /${'a'.repeat(1024 * 1024)} HTTP/1.1\r\n\r\n`],
])('%s is told 431', async (_, request) => {
  const { url, controlPort, metrics } = await startProbe()
  const { socket, answer } = rawConnection(controlPort)
  socket.write(request)
  expect(await answer).toMatch(/^HTTP\/1.1 431 [\s\S]*"error":"too_large"/)
  expect(await metrics()).toContain('crosscheck_requests_refused_total{code="too_large"} 1\n')
  expect(await serves(url)).toBe(true)
})

test('connections beyond the bound are closed, and the ones that are open are served', async () => {
  const { controlPort } = await startProbe(['--connections', '2'])
  const [first, second] = [rawConnection(controlPort), rawConnection(controlPort)]
  await Promise.all([once(first.socket, 'connect'), once(second.socket, 'connect')])
  expect(await rawConnection(controlPort).answer).toBe('')
  first.socket.write('GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  expect(await first.answer).toMatch(/^HTTP\/1.1 404 /)
})

test.each([
  ['not JSON', '{"checks":[', 'application/json', 400],
  ['a prototype', '{"checks":[],"__proto__":{"x":1}}', 'application/json', 400],
  ['100,000 nested lists', `{"checks":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`, 'application/json', 400],
  [
    '100,000 unknown keys',
    `{"checks":[{"kind":"tcp",${Array.from({ length: 50_000 }, (_, index) => `"k${index}":1`).join()}}]}`,
    'application/json',
    400,
  ],
  ['a form, which browsers send to strangers', 'checks=1', 'application/x-www-form-urlencoded', 415],
  ['text, which browsers send to strangers', '{"checks":[]}', 'text/plain', 400],
  ['nothing', '', 'application/json', 400],
])('a body of %s is refused with a short reason', async (_, body, type, status) => {
  const { url } = await startProbe()
  const response = await post(url, body, { 'content-type': type })
  const text = await response.text()
  expect(response.status, text).toBe(status)
  expect(JSON.parse(text)).toMatchObject({ error: expect.any(String), detail: expect.any(String) })
  expect(text.length).toBeLessThan(10_000)
})

test('requests that two servers could read differently are refused', async () => {
  const { controlPort } = await startProbe()
  for (const headers of [
    'content-length: 5\r\ntransfer-encoding: chunked',
    'content-length: 5\r\ncontent-length: 6',
    'transfer-encoding: xchunked',
  ]) {
    const { socket, answer } = rawConnection(controlPort)
    socket.write(`${postHead}${headers}\r\n\r\n0\r\n\r\n`)
    expect(await answer).toMatch(/^HTTP\/1.1 400 /)
  }
})

test('a target that answers without end is read to the bound only', async () => {
  const { url } = await startProbe(['--allow-targets', 'loopback'])
  const endless = await openTarget((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = () => {
        while (socket.writable && socket.write(mebibyte));
      }
      socket.on('drain', more)
      more()
    })
  })
  const [observation] = await postChecks(url, [
    { kind: 'http', url: `http://127.0.0.1:${endless.port}/`, expect: { body: 'never there' } },
  ])
  expect(observation?.outcome.reason).toMatch(/^http_/)
  expect(JSON.stringify(observation).length).toBeLessThan(128 * 1024)
  expect(await serves(url)).toBe(true)
})
