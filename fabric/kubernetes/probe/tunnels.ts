import type { Duplex } from 'node:stream'
import { setImmediate as immediate } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'

/** Batches that a probe accepts concurrently. */
const connections = 4

/** How long opening a tunnel, and the response to an empty batch, may take, in milliseconds. */
const answerMs = 15_000

/** An HTTP pool for one probe. Tunnels are opened on demand and reused. */
export function createTunnels(open: () => Promise<Duplex>): Pool {
  return new Pool('http://probe', {
    connections,
    pipelining: 1,
    keepAliveTimeout: 60_000,
    connect: (_options, done) => {
      // If called synchronously, undici would never send the request.
      openInTime(open).then(
        (tunnel) =>
          setImmediate(() => (tunnel.destroyed ? done(tunnel.errored ?? closed(), null) : done(null, tunnel as never))),
        (error: unknown) => setImmediate(() => done(error as Error, null)),
      )
    },
  })
}

const closed = () => new Error('the tunnel was closed at once')

async function openInTime(open: () => Promise<Duplex>): Promise<Duplex> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no tunnel after ${answerMs / 1000} s`)), answerMs)
  const opening = open()
  try {
    return await Promise.race([opening, late.promise])
  } catch (error) {
    opening.then(
      (tunnel) => tunnel.destroy(),
      () => undefined,
    )
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Whether a probe responds. An empty batch is refused, which also counts as a response. Never rejects. */
export async function askNothing(pool: Dispatcher, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  try {
    const times = { headersTimeout: answerMs, bodyTimeout: answerMs }
    const answer = await pool.request({ method: 'POST', path: '/v1/checks', body: '{"checks":[]}', headers, ...times })
    await answer.body.dump()
    // The pool gets its tunnel back after this turn of the event loop. A batch before that would open another one.
    await immediate()
    return true
  } catch {
    return false
  }
}
