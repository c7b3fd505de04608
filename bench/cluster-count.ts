import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'

/** Loaded before the command line. Counts its requests to the API server and writes the count to the file in `CROSSCHECK_COUNT` on exit. */
const file = process.env['CROSSCHECK_COUNT']
const counts = { requests: 0, tunnels: 0, batches: 0 }

subscribe('undici:request:create', (message) => {
  const { path } = (message as { readonly request: { readonly path: string } }).request
  // Sent through a tunnel, which is counted separately.
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
