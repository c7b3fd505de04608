import type { Socket } from 'node:net'
import { type FastifyError, type FastifyInstance, fastify } from 'fastify'
import { type CheckKindName, checkSchemas } from '../checks/check.ts'
import { authorizer } from './authorization.ts'
import { openapi } from './openapi.ts'
import { refusalOf, refuse, refuseConnection } from './refusal.ts'
import { addBatch, addSingle, addStop, addWitness, type ControlParts } from './routes.ts'

/** Creates the control server, not yet listening. It must only be bound to loopback (docs/reference/probe.md). */
export function createControlServer(parts: ControlParts): FastifyInstance {
  const { options, metrics } = parts
  const app: FastifyInstance = fastify({
    bodyLimit: options.bodyBytes,
    requestTimeout: options.requestTimeoutMs,
    // No traffic for longer than any check may take: the reader of a batch has stalled, or the client is idle.
    connectionTimeout: options.maxDeadlineMs + options.requestTimeoutMs,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    http: {
      maxHeaderSize: options.headerBytes,
      headersTimeout: Math.min(options.headersTimeoutMs, options.requestTimeoutMs),
      connectionsCheckingInterval: Math.min(1_000, options.headersTimeoutMs),
    },
    // zod validates and JSON.stringify serializes. Fastify's compilers would only load more code.
    schemaController: { compilersFactory: { buildValidator: uncompiled, buildSerializer: uncompiled } },
    clientErrorHandler: (error, socket) => refuseConnection(error.code, socket as Socket, metrics),
  })
  app.server.maxConnections = options.connections
  const authorized = authorizer(options.tokenSha256)
  app.addHook('onRequest', async (request, reply) => {
    if (authorized(request.headers.authorization)) return
    return refuse(reply, metrics, {
      status: 401,
      error: 'unauthorized',
      detail: 'a bearer token of this run is needed',
    })
  })
  app.setErrorHandler((error: FastifyError, _request, reply) => refuse(reply, metrics, refusalOf(error)))
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, metrics, { status: 404, error: 'not_found', detail: 'see /openapi.json' }),
  )
  app.get('/openapi.json', () => openapi(options))
  for (const kind of Object.keys(checkSchemas) as CheckKindName[]) addSingle(app, kind, parts)
  addBatch(app, parts)
  addWitness(app, parts)
  addStop(app, parts)
  return app
}

function uncompiled(): never {
  throw new Error('a route of the probe has a schema for Fastify to compile; validate with zod instead')
}
