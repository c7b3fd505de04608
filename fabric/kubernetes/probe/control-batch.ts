import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { Check } from '../../../checks/check.ts'
import { type Observation, observationSchema } from '../../../checks/outcome.ts'
import type { Pace } from '../../fabric.ts'
import { linesOf } from '../api/lines.ts'
import { askNothing, createTunnels } from './tunnels.ts'

/** A probe's control port, reached through a tunnel. */
export interface Control {
  run(checks: readonly Check[], signal: AbortSignal, pace?: Pace): AsyncGenerator<Observation>
  /** Opens the tunnel as soon as the probe's port is open, so that it is ready for the first batch. Never rejects. */
  meet(): Promise<void>
  close(): Promise<void>
}

export interface ControlOptions {
  open(): Promise<Duplex>
  readonly token: string
  /** The source's addresses. A result from a socket with another local address is discarded. */
  readonly addresses: readonly string[]
  /** Whether closing this also stops the probe. */
  readonly stop: boolean
  /** Checks in flight, within the probe's limit. */
  readonly atOnce?: number | undefined
}

/** Limits of one request. The probe accepts 10,000 checks and 1 MiB. */
const perRequest = { checks: 5_000, characters: 900 * 1024 }
/**
 * How often checks without a response are sent again through a new tunnel, the first and the longest pause, and how
 * long a new probe may take to open its port (milliseconds).
 */
const tries = 4
const pauseMs = 50
const longestPauseMs = 1000
const openingMs = 60_000
/**
 * A tunnel attempt costs CPU on the machine where the probe starts. The pause before the next attempt is half the time
 * waited so far, within these limits in milliseconds.
 */
const restFactor = 0.5
const leastRestMs = 100
const mostRestMs = 3000
/** Runs checks on one probe. A check that could not be sent after all attempts is `not_run`, with the reason. */
export function createControl({ open, token, addresses, stop, atOnce }: ControlOptions): Control {
  const pool = createTunnels(open)
  const opening = performance.now() + openingMs
  let met = false
  let meeting: Promise<void> | undefined
  const shut = new AbortController()

  async function untilOpen(): Promise<void> {
    const begun = performance.now()
    while (!met && !shut.signal.aborted && performance.now() < opening) {
      met ||= await askNothing(pool, token)
      const rest = restFactor * (performance.now() - begun)
      const pause = Math.min(Math.max(rest, leastRestMs), mostRestMs)
      if (!met) await delay(pause, undefined, { signal: shut.signal }).catch(() => undefined)
    }
  }

  async function* runPart(part: readonly Check[], signal: AbortSignal, pace: Pace): AsyncGenerator<Observation> {
    const left = new Map(part.map((check, index) => [String(index), check]))
    let fault = 'the probe could not be reached'
    const mayRetry = (attempt: number) => attempt < tries || (!met && performance.now() < opening)
    // All batches wait for the same readiness check.
    await unlessAborted(meeting, signal)
    for (let attempt = 0; mayRetry(attempt) && left.size > 0 && !signal.aborted; attempt++) {
      try {
        if (attempt > 0) await delay(pauseBefore(attempt), undefined, { signal })
        for await (const observation of post(pool, left, {
          token,
          signal,
          pace: { ...pace, ...(atOnce === undefined ? {} : { atOnce }) },
        })) {
          met = true
          const check = left.get(observation.id)
          if (check === undefined) continue
          left.delete(observation.id)
          yield fromHere({ ...observation, id: check.id }, addresses)
        }
        fault = 'the probe ended its answer early'
      } catch (error) {
        fault = error instanceof Error ? error.message : String(error)
        if (error instanceof Refused) break
      }
    }
    const why = signal.aborted ? 'the caller ended the check' : `the probe did not run it: ${fault}`
    for (const { id } of left.values()) yield notRun(id, why)
  }

  return {
    async *run(checks, signal, pace = {}) {
      for (const part of partsOf(checks)) yield* runPart(part, signal, pace)
    },
    meet: () => (meeting ??= untilOpen()),
    close: async () => {
      shut.abort()
      if (stop)
        await pool
          .request({ method: 'POST', path: '/v1/stop', headers: { authorization: `Bearer ${token}` } })
          .catch(() => undefined)
      await pool.destroy()
    },
  }
}

class Refused extends Error {
  override readonly name = 'Refused'
}

function pauseBefore(attempt: number): number {
  return Math.min(pauseMs * 2 ** (attempt - 1), longestPauseMs)
}

async function unlessAborted(waiting: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const abort = () => resolve()
  if (waiting === undefined || signal.aborted) return
  signal.addEventListener('abort', abort, { once: true })
  await Promise.race([waiting, promise])
  signal.removeEventListener('abort', abort)
}

interface Posting {
  readonly pace: Pace & { readonly atOnce?: number }
  readonly token: string
  readonly signal: AbortSignal
}

/**
 * Statuses of a probe that is overloaded or busy (RFC 9110 §15.5.9, RFC 6585 §4). The checks did not start and can be
 * sent again.
 */
const mayPass = new Set([408, 429, 503])

async function* post(pool: Dispatcher, checks: ReadonlyMap<string, Check>, { token, signal, pace }: Posting) {
  const body = JSON.stringify({ checks: [...checks].map(([id, check]) => ({ ...check, id })), pace })
  const patienceMs = Math.max(...[...checks.values()].map(({ deadlineMs }) => deadlineMs)) + 30_000
  const answer = await pool.request({
    method: 'POST',
    path: '/v1/checks',
    body,
    signal,
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })
  if (answer.statusCode !== 200) {
    const said = `HTTP ${answer.statusCode}: ${(await answer.body.text()).slice(0, 300)}`
    throw mayPass.has(answer.statusCode) ? new Error(said) : new Refused(said)
  }
  for await (const line of linesOf(answer.body)) yield observationSchema.parse(JSON.parse(line))
}

function* partsOf(checks: readonly Check[]): Generator<Check[]> {
  let part: Check[] = []
  let characters = 0
  for (const check of checks) {
    const size = JSON.stringify(check).length + 20
    if (part.length > 0 && (part.length >= perRequest.checks || characters + size > perRequest.characters)) {
      yield part
      part = []
      characters = 0
    }
    part.push(check)
    characters += size
  }
  if (part.length > 0) yield part
}

function fromHere(observation: Observation, addresses: readonly string[]): Observation {
  const { localAddress } = observation.outcome
  if (localAddress === undefined || addresses.length === 0 || addresses.includes(localAddress)) return observation
  return notRun(
    observation.id,
    `its socket had the address ${localAddress}, which is none of the source's (${addresses.join(', ')})`,
  )
}

function notRun(id: string, detail: string): Observation {
  return {
    id,
    startedAt: Date.now(),
    outcome: { reason: 'not_run', phase: 'admission', detail, attempts: 0, durations: {} },
  }
}
