import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { createTunnel, type TunnelEnds, type WebSocketLike } from '../../../../fabric/kubernetes/api/tunnel.ts'

/** A tunnel with the ends that the client library would be given. */
async function opened(): Promise<{ tunnel: Duplex; ends: TunnelEnds; socket: WebSocketLike; closed: () => boolean }> {
  let closed = false
  const socket: WebSocketLike = {
    onclose: null,
    close: () => {
      closed = true
    },
  }
  let ends: TunnelEnds | undefined
  const tunnel = await createTunnel(async (given) => {
    ends = given
    return socket
  })
  return { tunnel, ends: ends!, socket, closed: () => closed }
}

const closing = (tunnel: Duplex) => new Promise((resolve) => tunnel.once('close', resolve))

test('bytes go both ways', async () => {
  const { tunnel, ends } = await opened()
  tunnel.write('to the pod')
  expect(String((await once(ends.input, 'data'))[0])).toBe('to the pod')
  ends.output.write('from the pod')
  expect(String((await once(tunnel, 'data'))[0])).toBe('from the pod')
})

test('what the kubelet says on the error channel is the error of the stream', async () => {
  const { tunnel, ends, closed } = await opened()
  const failed = closing(tunnel)
  ends.errors.write(Buffer.alloc(0))
  ends.errors.write('connection refused\n')
  await failed
  expect(tunnel.errored).toMatchObject({ code: 'EPORTFORWARD', message: 'port-forward: connection refused' })
  expect(closed()).toBe(true)
})

test('a complaint before anybody listens does not end the process', async () => {
  const { tunnel, ends } = await opened()
  ends.errors.write('no such pod')
  await closing(tunnel)
  expect(tunnel.destroyed).toBe(true)
})

test('the end of the WebSocket is the end of the stream', async () => {
  const { tunnel, socket } = await opened()
  const closed = once(tunnel, 'close')
  socket.onclose!(undefined as never)
  await closed
})

test('a tunnel that cannot be opened rejects with the reason', async () => {
  const refused = createTunnel(() => Promise.reject(new Error('Unexpected server response: 403')))
  await expect(refused).rejects.toMatchObject({ code: 'EPORTFORWARD', message: expect.stringContaining('403') })
})
