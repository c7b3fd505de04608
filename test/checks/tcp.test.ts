import { describe, expect, test } from 'vitest'
import { outcomeOf } from './loopback.ts'
import { closedPort, tcpServer } from './servers.ts'

const host = '127.0.0.1'

describe('tcp', () => {
  test('a listener that holds the connection is connected, with its literal and its own address', async () => {
    const port = await tcpServer(() => {})
    const outcome = await outcomeOf({ kind: 'tcp', host, port })
    expect(outcome).toMatchObject({
      reason: 'connected',
      phase: 'connect',
      address: host,
      port,
      localAddress: host,
      attempts: 1,
    })
    expect(outcome.durations.connect).toBeGreaterThan(0)
    expect(outcome).not.toHaveProperty('dns')
  })

  test('a server that speaks first has its greeting in the reply', async () => {
    const port = await tcpServer((socket) => socket.write('+OK ready\r\n'))
    expect(await outcomeOf({ kind: 'tcp', host, port })).toMatchObject({ reason: 'connected', reply: '+OK ready\r\n' })
  })

  test('what comes back after the text that was sent is the reply', async () => {
    const port = await tcpServer((socket) => socket.pipe(socket))
    const outcome = await outcomeOf({ kind: 'tcp', host, port, send: 'PING' })
    expect(outcome).toMatchObject({ reason: 'answered', phase: 'response', reply: 'PING' })
  })

  test('a long reply is cut', async () => {
    const port = await tcpServer((socket) => socket.write('x'.repeat(5000)))
    const outcome = await outcomeOf({ kind: 'tcp', host, port, send: 'PING' })
    expect(outcome.reply).toHaveLength(1024)
  })

  test('a server that takes the text and stays silent is connected all the same', async () => {
    const port = await tcpServer(() => {})
    const outcome = await outcomeOf({ kind: 'tcp', host, port, send: 'PING', deadlineMs: 100 })
    expect(outcome).toMatchObject({ reason: 'connected', phase: 'response' })
  })

  test('a port at which nothing listens is refused', async () => {
    const port = await closedPort()
    const outcome = await outcomeOf({ kind: 'tcp', host, port })
    expect(outcome).toMatchObject({
      reason: 'connect_refused',
      phase: 'connect',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('a reset right after the handshake is told apart from an open port', async () => {
    const port = await tcpServer((socket) => socket.resetAndDestroy())
    expect(await outcomeOf({ kind: 'tcp', host, port })).toMatchObject({
      reason: 'reset_after_connect',
      phase: 'connect',
    })
  })

  test('a reset or a close instead of a reply is no answer', async () => {
    const reset = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await outcomeOf({ kind: 'tcp', host, port: reset, send: 'PING' })).toMatchObject({
      reason: 'reset_after_connect',
      phase: 'response',
    })
    const closed = await tcpServer((socket) => socket.once('data', () => socket.end()))
    expect(await outcomeOf({ kind: 'tcp', host, port: closed, send: 'PING' })).toMatchObject({
      reason: 'closed_after_connect',
    })
  })

  test('a close right after the handshake is told apart from an open port', async () => {
    const port = await tcpServer((socket) => socket.end())
    expect(await outcomeOf({ kind: 'tcp', host, port })).toMatchObject({
      reason: 'closed_after_connect',
      phase: 'connect',
    })
  })

  test('a source without a route says so, because the call itself fails', async () => {
    const outcome = await outcomeOf({ kind: 'tcp', host: '255.255.255.255', port: 80 })
    expect(outcome).toMatchObject({
      reason: 'no_route',
      phase: 'connect',
      detail: expect.stringContaining('ENETUNREACH'),
    })
  })

  test('an IPv6 literal is dialled and reported in its canonical form', async () => {
    const port = await closedPort()
    expect(await outcomeOf({ kind: 'tcp', host: '0:0:0:0:0:0:0:1', port })).toMatchObject({ address: '::1' })
  })

  test('a literal of the other family is not run', async () => {
    expect(await outcomeOf({ kind: 'tcp', host, port: 80, family: 6 })).toMatchObject({ reason: 'not_run' })
  })
})
