import { createServer, type Server, type ServerResponse } from 'node:http'

export interface HealthSources {
  /** Whether the control port accepts checks. */
  readonly ready: () => boolean
  /** Prometheus text, version 0.0.4. */
  readonly metrics: () => string
}

/**
 * Creates the server of `/healthz`, `/readyz` and `/metrics`, not yet listening. The cluster can reach its address, so
 * it has three fixed responses and reflects nothing: no path, header or body of a request is returned, and bodies are
 * not read.
 */
export function createHealthServer(sources: HealthSources): Server {
  const server = createServer(
    {
      maxHeaderSize: 4096,
      headersTimeout: 2_000,
      requestTimeout: 2_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 500,
    },
    (request, response) => {
      // Bodies are never read, so the connection ends with the response.
      if (request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined) {
        response.setHeader('connection', 'close')
      }
      if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'method not allowed\n')
      switch (request.url) {
        case '/healthz':
          return answer(response, 200, 'ok\n')
        case '/readyz':
          return sources.ready() ? answer(response, 200, 'ok\n') : answer(response, 503, 'stopping\n')
        case '/metrics':
          return answer(response, 200, sources.metrics())
        default:
          return answer(response, 404, 'not found\n')
      }
    },
  )
  server.maxConnections = 64
  server.setTimeout(10_000)
  return server
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
