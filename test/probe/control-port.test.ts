import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { processVantage } from '../../checks/process-vantage.ts'
import { openEarly } from '../../probe/control-port.ts'
import type { ProbeOptions } from '../../probe/options.ts'
import { readOptions } from '../../probe/options.ts'
import { startService } from '../../probe/service.ts'
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

test('a probe that is stopped lets checks in flight end, also those of a connection that was there before it', async () => {
  const port = await freePort()
  const flags = [`--control-port=${port}`, '--health-port=0', '--health-address=127.0.0.1', '--allow-targets=loopback']
  const control = openEarly(flags, {})
  const tunnel = connect(port, '127.0.0.1')
  await once(tunnel, 'connect')
  const waiting = Promise.withResolvers<() => void>()
  const target = await openTarget((socket) =>
    waiting.resolve(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')),
  )
  const body = JSON.stringify({
    checks: [{ kind: 'http', url: `http://127.0.0.1:${target.port}/`, deadlineMs: 60_000 }],
  })
  tunnel.write(
    `POST /v1/checks HTTP/1.1\r\nhost: probe\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  const vantage = processVantage({ resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' })
  const service = await startService(readOptions(flags, {}) as ProbeOptions, {
    ...{ vantage, hostname: 'test', now: Date.now, residentBytes: () => 0, collect: () => undefined, control },
  })
  const answer = await waiting.promise
  const stopped = service.stop()
  answer()
  expect(await text(tunnel)).toContain('"reason":"answered"')
  await stopped
})
