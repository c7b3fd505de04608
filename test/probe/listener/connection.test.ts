import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { type Authority, createAuthority } from '../../../probe/listener/certificate.ts'
import { type ListenerFacts, serveConnection } from '../../../probe/listener/connection.ts'
import { createWitness, type Witness } from '../../../probe/listener/witness.ts'

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const each of cleanup.splice(0)) each()
})

async function open(
  facts: Partial<ListenerFacts> = {},
): Promise<{ port: number; authority: Authority; witness: Witness; accepted: Promise<Socket> }> {
  const witness = createWitness(100)
  const authority = createAuthority(Date.now)
  const all: ListenerFacts = { name: 'backend/api-1', authority, witness, now: () => 42, idleMs: 60_000, ...facts }
  const accepted = Promise.withResolvers<Socket>()
  const server = createServer((socket) => {
    accepted.resolve(socket)
    serveConnection(socket, all)
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  cleanup.push(() => server.close())
  return { port: (server.address() as { port: number }).port, authority, witness, accepted: accepted.promise }
}

async function until(socket: Socket, enough: (text: string) => boolean): Promise<string> {
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) {
    text += chunk
    if (enough(text)) return text
  }
  return text
}

function connectTo(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  cleanup.push(() => socket.destroy())
  return socket
}

test('a client that sends anything is told who answered, and its further bytes are echoed', async () => {
  const { port } = await open()
  const socket = connectTo(port)
  socket.write('hello')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    if (text === '' && chunk.includes('\n')) socket.write('again')
    text += chunk
    if (text.endsWith('again')) socket.destroy()
  })
  await new Promise((resolve) => socket.once('close', resolve))
  const [line, echo] = text.split('\n')
  expect(JSON.parse(line!)).toEqual({
    listener: 'backend/api-1',
    address: '127.0.0.1',
    port,
    peer: '127.0.0.1',
    echo: 'hello',
  })
  expect(echo).toBe('again')
})

test('an HTTP client gets the status and small JSON, also on a connection that it keeps', async () => {
  const { port, witness } = await open({ status: 503 })
  const socket = connectTo(port)
  socket.write('GET /health?nonce=abcdef0123 HTTP/1.1\r\nhost: api\r\n\r\n')
  socket.write('POST /second HTTP/1.1\r\nhost: api\r\ncontent-length: 3\r\n\r\nabc')
  const text = await until(socket, (each) => each.split('"listener"').length === 3 && each.endsWith('}\n'))
  expect(text.match(/HTTP\/1.1 503/g)).toHaveLength(2)
  expect(text).toContain('"method":"GET","path":"/health?nonce=abcdef0123","host":"api"')
  expect(text).toContain('"method":"POST","path":"/second"')
  expect(witness.arrivals('abcdef0123')).toEqual([{ at: 42, from: '127.0.0.1', port, protocol: 'http' }])
})

test('a request line that arrives byte by byte is still HTTP', async () => {
  const { port, accepted } = await open()
  const socket = connectTo(port)
  socket.setNoDelay(true)
  const server = await accepted
  let sent = 0
  for (const byte of 'GET / HTTP/1.0\r\n\r\n') {
    socket.write(byte)
    sent += 1
    while (server.bytesRead < sent) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await until(socket, (text) => text.includes('}\n'))).toContain('HTTP/1.1 200 OK')
})

test('HTTPS works with the name that the client asks for, and verifies against the listener’s root', async () => {
  const { port, authority } = await open()
  const { status, body } = await new Promise<{ status?: number; body: string }>((resolve, reject) => {
    const request = httpsRequest(
      { port, host: '127.0.0.1', servername: 'api.backend.svc', ca: authority.ca, path: '/x', agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ body: text, ...(response.statusCode && { status: response.statusCode }) }))
      },
    )
    request.on('error', reject).end()
  })
  expect(status).toBe(200)
  expect(JSON.parse(body)).toMatchObject({ listener: 'backend/api-1', port, path: '/x' })
})

test('TLS without a server name is answered with a certificate for the address, and echoes inside', async () => {
  const { port, authority, witness } = await open()
  const socket = connectTls({ port, host: '127.0.0.1', ca: authority.ca })
  cleanup.push(() => socket.destroy())
  socket.write('nonce=inside-tls')
  const text = await until(socket, (each) => each.endsWith('\n'))
  expect(socket.authorized).toBe(true)
  expect(JSON.parse(text)).toMatchObject({ listener: 'backend/api-1', echo: 'nonce=inside-tls' })
  expect(witness.arrivals('inside-tls')).toMatchObject([{ protocol: 'tls', port }])
})

test('a connection that says nothing is closed after the idle time', async () => {
  const { port } = await open({ idleMs: 20 })
  const socket = connectTo(port)
  expect(await until(socket, () => false)).toBe('')
})

test('garbage that begins like TLS or HTTP harms nobody else', async () => {
  const { port } = await open()
  for (const bytes of [
    '\x16\x03\x01\x00\x05hello',
    '\x16x',
    `GET ${'a'.repeat(20_000)} HTTP/1.1\r\n`,
    'GET / HTTP/9.9\r\n\r\n',
  ]) {
    const socket = connectTo(port)
    socket.on('error', () => undefined)
    socket.write(bytes, 'latin1')
    socket.end()
    await new Promise((resolve) => socket.resume().once('close', resolve))
  }
  const answer = await new Promise<number | undefined>((resolve, reject) =>
    httpRequest({ port, host: '127.0.0.1' }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end(),
  )
  expect(answer).toBe(200)
})
