import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { CheckKindName } from '../checks/check.ts'
import { type Observe, observations, readBatch } from './batch.ts'
import type { Witness } from './listener/witness.ts'
import type { Metrics } from './metrics.ts'
import type { ProbeOptions } from './options.ts'
import { paced, paceSchema } from './pace.ts'
import { type Parameter, parameters, readQuery } from './query.ts'
import { refuse } from './refusal.ts'
import { mistakes } from './validation-errors.ts'

export interface ControlParts {
  readonly options: ProbeOptions
  /** Creates an observer per request. The checks of a request share a resolver. */
  readonly observer: () => Observe
  readonly witness: Witness
  readonly metrics: Metrics
  /** Stops the probe. */
  readonly end: () => void
}

/** `GET /v1/<kind>`: one check from query parameters. */
export function addSingle(app: FastifyInstance, kind: CheckKindName, { observer, metrics }: ControlParts): void {
  let types: ReadonlyMap<string, Parameter['type']> | undefined
  app.get(`/v1/${kind}`, async (request, reply) => {
    types ??= new Map(parameters(kind).map(({ name, type }) => [name, type]))
    const check = readQuery(kind, types, request.query as Record<string, unknown>)
    if ('mistakes' in check) {
      return refuse(reply, metrics, {
        status: 400,
        error: 'invalid',
        detail: 'the parameters are not those of this check',
        ...check,
      })
    }
    return observer()(check, whileConnected(reply))
  })
}

/** `POST /v1/checks`: a batch of checks; responds with NDJSON. */
export function addBatch(app: FastifyInstance, { options, observer, metrics }: ControlParts): void {
  let batches = 0
  app.post('/v1/checks', (request, reply) => {
    if (batches >= options.batches) {
      const detail = `${batches} batches are running, and no more are allowed at once`
      return refuse(reply.header('retry-after', '1'), metrics, { status: 503, error: 'busy', detail })
    }
    const checks = readBatch(request.body, options.checksPerBatch)
    if ('error' in checks) {
      return refuse(reply, metrics, {
        status: checks.error === 'too_many' ? 413 : 400,
        detail: 'no check was run',
        ...checks,
      })
    }
    const pace = paceSchema.safeParse((request.body as { pace?: unknown }).pace ?? {})
    if (!pace.success) {
      return refuse(reply, metrics, {
        status: 400,
        error: 'invalid',
        detail: 'no check was run',
        mistakes: mistakes(pace.error, 'pace'),
      })
    }
    batches += 1
    reply.raw.once('close', () => {
      batches -= 1
    })
    const { perSecond, atOnce = options.concurrency } = pace.data
    const bounds = { ...options, concurrency: Math.min(options.concurrency, atOnce) }
    const lines = observations(checks, paced(observer(), perSecond), bounds, whileConnected(reply))
    return reply
      .type('application/x-ndjson')
      .send(Readable.from(lines, { objectMode: false, highWaterMark: 64 * 1024 }))
  })
}

/** Aborted when the client disconnects (or after the response, when there is nothing left to abort). */
function whileConnected(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort(new Error('the client disconnected')))
  return controller.signal
}

/** `GET /v1/witness?nonce=`: arrivals at the listeners of this process. */
export function addWitness(app: FastifyInstance, { witness, metrics }: ControlParts): void {
  app.get('/v1/witness', (request, reply) => {
    const { nonce } = request.query as { nonce?: unknown }
    if (typeof nonce === 'string') return reply.send({ arrivals: witness.arrivals(nonce) })
    return refuse(reply, metrics, { status: 400, error: 'invalid', detail: 'name one nonce' })
  })
}

/**
 * `POST /v1/stop`: stops a probe that cannot be stopped otherwise, such as one in an ephemeral container. Not available
 * without a token, because any process in the pod could call it.
 */
export function addStop(app: FastifyInstance, { options, end }: ControlParts): void {
  if (options.tokenSha256 === undefined) return
  app.post('/v1/stop', (_request, reply) => {
    reply.raw.once('close', end)
    return reply.header('connection', 'close').send({ stopping: true })
  })
}
