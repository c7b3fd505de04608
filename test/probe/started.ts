import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { CheckInput } from '../../checks/check.ts'
import type { Observation } from '../../checks/outcome.ts'
import { processVantage } from '../../checks/process-vantage.ts'
import type { Vantage } from '../../checks/vantage.ts'
import { openEarly } from '../../probe/control-port.ts'
import { type ProbeOptions, readOptions } from '../../probe/options.ts'
import { type Service, startService } from '../../probe/service.ts'

/** A probe on ports that the system chose, stopped when the test ends. */
export async function startProbe(
  flags: readonly string[] = [],
  vantage: Vantage = processVantage({ resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' }),
): Promise<Service & { url: string; metrics(): Promise<string> }> {
  const ports = ['--control-port', '0', '--health-port', '0', '--health-address', '127.0.0.1', '--stop-ms', '0']
  const options = readOptions([...ports, ...flags], {}) as ProbeOptions
  const surroundings = { vantage, hostname: 'test', now: Date.now, residentBytes: () => 0, collect: () => undefined }
  const control = openEarly(ports, {})
  const service = await startService(options, { ...surroundings, control })
  onTestFinished(() => service.stop())
  const metrics = async () => (await fetch(`http://127.0.0.1:${service.healthPort}/metrics`)).text()
  return { ...service, url: `http://127.0.0.1:${service.controlPort}`, metrics }
}

/** A TCP server on loopback that does what the test says with each connection; counts them. */
export async function openTarget(
  serve: (socket: Socket) => void = () => undefined,
): Promise<{ port: number; accepted: () => number; until: (count: number) => Promise<void> }> {
  let accepted = 0
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    accepted += 1
    open.add(socket)
    socket.on('error', () => undefined)
    serve(socket)
  })
  server.listen({ port: 0, backlog: 4096 })
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  // The kernel completes a handshake long before the process accepts the connection.
  const until = async (count: number) => {
    while (accepted < count) await once(server, 'connection')
  }
  return { port: (server.address() as { port: number }).port, accepted: () => accepted, until }
}

/** Posts a batch and reads all observations. */
export async function postChecks(url: string, checks: readonly CheckInput[]): Promise<readonly Observation[]> {
  const response = await post(url, JSON.stringify({ checks }))
  return (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Observation)
}

export function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/checks`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** A raw connection to the control port, for what no client library would send; all that comes back until the end. */
export function rawConnection(port: number): { socket: Socket; answer: Promise<string> } {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return { socket, answer: new Promise((resolve) => socket.once('close', () => resolve(text))) }
}
