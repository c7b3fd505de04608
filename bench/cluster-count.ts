import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'

/** Loaded before the command line: counts what it asks of the API server, and writes it where `CROSSCHECK_COUNT` says when it ends. */
const file = process.env['CROSSCHECK_COUNT']
const counts = { requests: 0, tunnels: 0, batches: 0 }

subscribe('undici:request:create', (message) => {
  const { path } = (message as { readonly request: { readonly path: string } }).request
  // Over a tunnel, which is counted itself.
  if (path.startsWith('/v1/')) counts.batches += 1
  else counts.requests += 1
})
subscribe('http.client.request.start', (message) => {
  const { path = '' } = (message as { readonly request: { readonly path?: string } }).request
  if (path.includes('/portforward')) counts.tunnels += 1
})
process.on('exit', () => {
  if (file !== undefined) writeFileSync(file, JSON.stringify(counts))
})
