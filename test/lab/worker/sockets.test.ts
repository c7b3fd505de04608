import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { createPoller } from '../../../lab/worker/poller.ts'
import { serve } from '../../../lab/worker/sockets.ts'
import { outcomeOf } from '../../checks/loopback.ts'
import { closedPort } from '../../checks/servers.ts'

const host = '127.0.0.1'
const poller = createPoller()
afterAll(poller.stayAwake())

/** A listener on a free port; gives what its clients were when they had spoken. */
async function listening(onSpeaking: (socket: Socket) => void = () => undefined) {
  const port = await closedPort()
  const spoke: Socket[] = []
  const close = serve({ address: host, port }, poller, (socket) => {
    spoke.push(socket)
    onTestFinished(() => void socket.destroy())
    onSpeaking(socket)
  })
  let open = true
  const closeOnce = () => {
    if (open) close()
    open = false
  }
  onTestFinished(closeOnce)
  return { port, spoke, close: closeOnce }
}

test('a client that speaks is handed over with all that it said', async () => {
  const { port } = await listening((socket) => socket.pipe(socket))
  const reply = { reason: 'answered', reply: 'PING' }
  expect(await outcomeOf({ kind: 'tcp', host, port, send: 'PING' })).toMatchObject(reply)
})

test('a client that ends in silence gets its own end back, and is handed over to nobody', async () => {
  const { port, spoke } = await listening()
  const client = connect(port, host).resume()
  await once(client, 'connect')
  client.end()
  await once(client, 'close')
  expect(spoke).toEqual([])
})

test('a client that waits before it speaks is held until then', async () => {
  const { port, spoke } = await listening((socket) => socket.end('late'))
  const client = connect(port, host)
  await once(client, 'connect')
  expect((await outcomeOf({ kind: 'tcp', host, port })).reason).toBe('connected')
  expect(spoke).toEqual([])
  client.write('hello')
  expect(String((await once(client, 'data'))[0])).toBe('late')
})

test('a listener that is closed refuses', async () => {
  const { port, close } = await listening()
  close()
  expect((await outcomeOf({ kind: 'tcp', host, port })).reason).toBe('connect_refused')
})
