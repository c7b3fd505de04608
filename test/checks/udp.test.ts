import { describe, expect, test } from 'vitest'
import { outcomeOf } from './loopback.ts'
import { closedPort, udpServer } from './servers.ts'

const host = '127.0.0.1'

describe('udp', () => {
  test('an echo is an answer, with its reply and the socket address', async () => {
    const port = await udpServer((bytes, from, socket) => socket.send(bytes, from.port, from.address))
    const outcome = await outcomeOf({ kind: 'udp', host, port, send: 'hello' })
    expect(outcome).toMatchObject({ reason: 'udp_answered', phase: 'response', reply: 'hello', localAddress: host })
  })

  test('the datagram is repeated within the deadline, because the first may be lost', async () => {
    let received = 0
    const port = await udpServer((bytes, from, socket) => {
      received++
      if (received === 3) socket.send(bytes, from.port, from.address)
    })
    expect(await outcomeOf({ kind: 'udp', host, port, deadlineMs: 400 })).toMatchObject({ reason: 'udp_answered' })
    expect(received).toBe(3)
  })

  test('a socket that never answers is silent', async () => {
    const port = await udpServer(() => {})
    expect(await outcomeOf({ kind: 'udp', host, port, deadlineMs: 60 })).toMatchObject({
      reason: 'udp_silent',
      phase: 'response',
    })
  })

  test('a closed port is rejected by ICMP, which a connected socket sees', async () => {
    const outcome = await outcomeOf({ kind: 'udp', host, port: await closedPort() })
    expect(outcome).toMatchObject({ reason: 'udp_rejected', detail: expect.stringContaining('ECONNREFUSED') })
  })

  test('a broadcast address, which the connect call refuses, is no rejection from the path', async () => {
    expect(await outcomeOf({ kind: 'udp', host: '255.255.255.255', port: 9 })).toMatchObject({ reason: 'no_route' })
  })
})
