import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { openEarly } from '../../probe/early.ts'
import { openTarget } from './started.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

test('what is asked before the server is there is answered by it', async () => {
  const port = await freePort()
  const early = openEarly(['listen', '--tcp', '1', '--control-port', `${port}`], {})
  onTestFinished(() => early.close())
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET /asked-early HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n')
  const server = createServer((request, response) => response.end(`answer to ${request.url}`))
  await early.handOver(server)
  onTestFinished(() => void server.close())
  expect(await text(socket)).toContain('answer to /asked-early')
  expect(await (await fetch(`http://127.0.0.1:${port}/asked-late`)).text()).toBe('answer to /asked-late')
})

test('the port is closed with the server that it was given to', async () => {
  const port = await freePort()
  const server = createServer()
  await openEarly([], { CROSSCHECK_CONTROL_PORT: `${port}` }).handOver(server)
  server.close()
  await once(server, 'close')
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
})

test('a port that is taken is told when it is handed over', async () => {
  const { port } = await openTarget()
  const early = openEarly([`--control-port=${port}`], {})
  await expect(early.handOver(createServer())).rejects.toThrow(`EADDRINUSE: address already in use 127.0.0.1:${port}`)
})
