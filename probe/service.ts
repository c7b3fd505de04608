import { type EventEmitter, once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import type { Vantage } from '../checks/vantage.ts'
import type { EarlyPort } from './control-port.ts'
import { createHealthServer } from './health.ts'
import { collectWhenQuiet } from './idle-gc.ts'
import { createAuthority } from './listener/certificate.ts'
import { type Listeners, listen } from './listener/listen.ts'
import { createWitness } from './listener/witness.ts'
import { createMetrics } from './metrics.ts'
import { observerFactory } from './observe.ts'
import type { ProbeOptions } from './options.ts'
import { createControlServer } from './server.ts'
import { createTargetPolicy } from './targets.ts'

/** What the service needs from its machine. */
export interface Surroundings {
  readonly vantage: Vantage
  readonly hostname: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly residentBytes: () => number
  /** Returns unused memory to the system. May take 100 ms. */
  readonly collect: () => void
  /** The control port, already open. */
  readonly control: EarlyPort
}

/** Longer than the pause between two batches of one run. */
const quietMs = 5_000

export interface Service {
  readonly controlPort: number
  readonly healthPort: number
  readonly listeners: Pick<Listeners, 'tcp' | 'udp'>
  /** Resolves when the probe received a stop request or was idle for too long. The caller must then stop it. */
  readonly ended: Promise<void>
  /**
   * The probe stops being ready and refuses new requests. Checks in flight have `stopMs` to end, then everything is
   * closed.
   */
  stop(): Promise<void>
}

/**
 * Opens the control port (127.0.0.1 only), the health port and the listeners. Rejects with the system's error if one
 * cannot be opened.
 */
export async function startService(options: ProbeOptions, surroundings: Surroundings): Promise<Service> {
  const metrics = createMetrics()
  const witness = createWitness(options.nonces)
  let ready = false
  const { vantage, now } = surroundings
  const policy = createTargetPolicy({ ...options, nameservers: () => vantage.resolvConf().nameservers })
  const observer = observerFactory({ vantage, policy, metrics, maxDeadlineMs: options.maxDeadlineMs })
  const ending = Promise.withResolvers<void>()
  const control = createControlServer({ options, metrics, witness, observer, end: () => ending.resolve() })
  const idle = watchIdle(options.idleMs, () => ending.resolve())
  control.server.on('request', (_request, response) => idle.during(response))
  control.server.on('request', (_request, response) => {
    response.once('close', () => {
      // A keep-alive connection must not delay the stop of the probe.
      if (!ready) setImmediate(() => control.server.closeIdleConnections())
    })
  })
  collectWhenQuiet(control.server, { afterMs: quietMs, collect: surroundings.collect })
  const health = createHealthServer({
    ready: () => ready,
    metrics: () => metrics.render(surroundings.residentBytes()),
  })
  let listeners: Listeners | undefined
  const closeAll = async () => {
    idle.close()
    listeners?.close()
    health.close()
    health.closeAllConnections()
    control.server.closeAllConnections()
    control.server.close()
    await control.close()
  }
  try {
    await control.ready()
    await surroundings.control.handOver(control.server)
    health.listen({ port: options.healthPort, host: options.healthAddress })
    await once(health, 'listening')
    listeners = await listen(
      { tcp: [...options.tcp, ...options.http], udp: options.udp, connections: options.listenerConnections },
      {
        name: options.name ?? surroundings.hostname,
        authority: createAuthority(now),
        witness,
        now,
        idleMs: options.listenerIdleMs,
        ...(options.status && { status: options.status }),
      },
    )
  } catch (error) {
    await closeAll()
    throw error
  }
  ready = true
  return {
    ended: ending.promise,
    controlPort: (control.server.address() as { port: number }).port,
    healthPort: (health.address() as { port: number }).port,
    listeners,
    async stop() {
      ready = false
      await drain(control, idle.reached(), options.stopMs)
      await closeAll()
    },
  }
}

/**
 * Waits for requests in flight, at most `stopMs`. A server does not wait for connections that were accepted before it
 * got its port.
 */
async function drain(control: FastifyInstance, idle: Promise<void>, stopMs: number): Promise<void> {
  const closed = Promise.all([once(control.server, 'close'), idle])
  control.server.close()
  control.server.closeIdleConnections()
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, stopMs)
  await Promise.race([closed, late])
  clearTimeout(timer)
}

/** Calls `onIdle` once after `milliseconds` without a request in flight; never if that is absent. */
function watchIdle(milliseconds: number | undefined, onIdle: () => void) {
  let inFlight = 0
  const none = Promise.withResolvers<void>()
  let asked = false
  const arm = () => (milliseconds === undefined ? undefined : setTimeout(onIdle, milliseconds))
  let timer = arm()
  return {
    during(response: EventEmitter) {
      inFlight += 1
      clearTimeout(timer)
      response.once('close', () => {
        inFlight -= 1
        if (inFlight > 0) return
        timer = arm()
        if (asked) none.resolve()
      })
    },
    /** Resolves when no request is in flight. */
    reached: () => {
      asked = true
      if (inFlight === 0) none.resolve()
      return none.promise
    },
    close: () => clearTimeout(timer),
  }
}
