import type { Duplex } from 'node:stream'
import { setImmediate as immediate } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'

/** Batches that a probe takes at once. */
const connections = 4

/** How long a tunnel may take to open, and the answer of a probe that is asked for nothing. */
const answerMs = 15_000

/** HTTP to one probe over tunnels, each opened when a request needs it and kept for the next. */
export function createTunnels(open: () => Promise<Duplex>): Pool {
  return new Pool('http://probe', {
    connections,
    pipelining: 1,
    keepAliveTimeout: 60_000,
    connect: (_options, done) => {
      // Called at once, undici would never send the request.
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

/** Whether a probe answers; an empty batch is refused, which is an answer too. Never rejects. */
export async function askNothing(pool: Dispatcher, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  try {
    const times = { headersTimeout: answerMs, bodyTimeout: answerMs }
    const answer = await pool.request({ method: 'POST', path: '/v1/checks', body: '{"checks":[]}', headers, ...times })
    await answer.body.dump()
    // The pool takes its tunnel back after this turn of the event loop; a batch before that would open another one.
    await immediate()
    return true
  } catch {
    return false
  }
}
