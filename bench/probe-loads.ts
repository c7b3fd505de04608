import { request } from 'node:http'
import { connect } from 'node:net'
import { Pool } from 'undici'
import type { Program } from './probe-programs.ts'

/** The number of concurrent connections. The probe starts with the same number. */
const bareInFlight = 128

/** Node's minimum cost of a connection: only `net.connect`, its event and `destroy`. */
export async function bareConnects(target: Program, count: number): Promise<void> {
  let begun = 0
  const lane = async () => {
    while (begun++ < count)
      await new Promise<void>((resolve, reject) => {
        const socket = connect({ port: target.port, host: '127.0.0.1' })
        socket.on('error', reject)
        socket.on('connect', () => {
          socket.destroy()
          resolve()
        })
      })
  }
  await Promise.all(Array.from({ length: bareInFlight }, lane))
}

/** Sends one `POST /v1/checks` with the given number of TCP checks. Throws unless each result has the reason. */
export async function batch(
  probe: Program,
  check: { readonly host: string; readonly port: number; readonly deadlineMs?: number },
  { count, reason }: { readonly count: number; readonly reason: string },
): Promise<void> {
  const checks = Array.from({ length: count }, (_, index) => ({ kind: 'tcp', id: `c${String(index)}`, ...check }))
  const posted = request({
    port: probe.port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/v1/checks',
    headers: { 'content-type': 'application/json' },
  })
  posted.end(JSON.stringify({ checks }))
  const response = await new Promise<AsyncIterable<string>>((resolve, reject) => {
    posted.on('error', reject)
    posted.on('response', (incoming) => resolve(incoming.setEncoding('utf8')))
  })
  // Collect chunks first and parse them afterwards, because parsing competes with the probe for the processor.
  const chunks: string[] = []
  for await (const chunk of response) chunks.push(chunk)
  const seen = chunks.join('').split(`"reason":"${reason}"`).length - 1
  if (seen !== count) throw new Error(`${String(seen)} of ${String(count)} checks were ${reason}`)
}

/** Sends the given number of `GET /probe?module=tcp_connect` requests over keep-alive connections. Throws unless each succeeds. */
export async function exporterProbes(
  exporter: Program,
  target: Program,
  { count, inFlight }: { readonly count: number; readonly inFlight: number },
): Promise<void> {
  const pool = new Pool(`http://127.0.0.1:${String(exporter.port)}`, { connections: inFlight })
  const path = `/probe?module=tcp_connect&target=127.0.0.1:${String(target.port)}`
  let begun = 0
  const lane = async () => {
    while (begun++ < count) {
      const { body } = await pool.request({ path, method: 'GET' })
      if (!(await body.text()).includes('probe_success 1')) throw new Error('prometheus-blackbox-exporter failed')
    }
  }
  try {
    await Promise.all(Array.from({ length: inFlight }, lane))
  } finally {
    await pool.close()
  }
}
