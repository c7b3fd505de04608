import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { expect, test } from 'vitest'
import { createAuthority } from '../../../probe/listener/certificate.ts'
import type { ListenerFacts } from '../../../probe/listener/connection.ts'
import { listen } from '../../../probe/listener/listen.ts'
import { createWitness } from '../../../probe/listener/witness.ts'

const facts = (): ListenerFacts => ({
  name: 'backend/api-1',
  authority: createAuthority(Date.now),
  witness: createWitness(10),
  now: () => 42,
  idleMs: 60_000,
})

test('UDP is answered on both families with the listener’s name and what was sent, and the nonce is witnessed', async () => {
  const known = facts()
  const listeners = await listen({ tcp: [], udp: [0], connections: 10 }, known)
  const port = listeners.udp[0]!
  for (const [type, host] of [
    ['udp4', '127.0.0.1'],
    ['udp6', '::1'],
  ] as const) {
    const socket = createSocket(type)
    socket.send('nonce=datagram-1', port, host)
    const [reply] = (await once(socket, 'message')) as [Buffer]
    expect(JSON.parse(reply.toString())).toEqual({
      listener: 'backend/api-1',
      port,
      peer: host,
      echo: 'nonce=datagram-1',
    })
    socket.close()
  }
  expect(known.witness.arrivals('datagram-1').map(({ from, protocol }) => [from, protocol])).toEqual([
    ['127.0.0.1', 'udp'],
    ['::1', 'udp'],
  ])
  listeners.close()
})

test('a datagram that looks like a listener’s answer gets none', async () => {
  const listeners = await listen({ tcp: [], udp: [0], connections: 10 }, facts())
  const socket = createSocket('udp4')
  socket.send('{"listener":"another"}', listeners.udp[0]!, '127.0.0.1')
  socket.send('after', listeners.udp[0]!, '127.0.0.1')
  const [reply] = (await once(socket, 'message')) as [Buffer]
  expect(reply.toString()).toContain('"echo":"after"')
  socket.close()
  listeners.close()
})

test('a port that is taken is an error with its name, and nothing stays open', async () => {
  const bind = async (port: number) => {
    const server = createServer()
    server.listen(port)
    await once(server, 'listening')
    return server
  }
  const port = (server: Server) => (server.address() as { port: number }).port
  const [taken, free] = [await bind(0), await bind(0)]
  const freePort = port(free)
  free.close()
  await once(free, 'close')
  await expect(listen({ tcp: [freePort, port(taken)], udp: [], connections: 10 }, facts())).rejects.toMatchObject({
    code: 'EADDRINUSE',
    port: port(taken),
  })
  ;(await bind(freePort)).close()
  taken.close()
})

test('connections beyond the bound are closed at once, and free places are taken again', async () => {
  const listeners = await listen({ tcp: [0], udp: [], connections: 1 }, facts())
  const connectTo = () => connect({ port: listeners.tcp[0]!, host: '127.0.0.1' })
  const first = connectTo()
  first.write('hold')
  await once(first, 'data')
  const second = connectTo()
  await once(second.resume(), 'close')
  first.destroy()
  await once(first, 'close')
  // The server learns of the first one's end in its own time: ask until it has.
  let text = ''
  while (text === '') {
    const third = connectTo()
    third.on('error', () => undefined)
    third.write('now')
    for await (const chunk of third) {
      text += String(chunk)
      break
    }
  }
  expect(text).toContain('"echo":"now"')
  listeners.close()
})
