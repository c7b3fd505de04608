import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from './api-error.ts'

/** The first pause before a request is sent again, and the longest, in milliseconds; each is twice the one before. */
const firstPauseMs = 200
const longestPauseMs = 5_000

/** Statuses that say "later": too many requests, and what proxies and a starting server answer. */
const busy: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

export interface Patience {
  /** For how long after the first failure it is tried again, in milliseconds; asked at each failure, because in the meantime the server may have answered somebody else. */
  readonly forMs: () => number
  /** The request may be sent twice without doing more than once: all but POST, and a POST that only asks. */
  readonly repeatable: boolean
  readonly signal: AbortSignal
}

/**
 * Sends again, after a growing pause, what the server was too busy for or what broke on the way. What creates is repeated only after a 429, which was never begun (API concepts, "too
 * many requests"); the server's Retry-After is the least pause. Rejects with what was answered last, or with `ApiError` of status 0 where no answer came.
 */
export async function sendPatiently<T>(send: () => Promise<T>, { forMs, repeatable, signal }: Patience): Promise<T> {
  let failed: number | undefined
  for (let attempt = 1; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      signal.throwIfAborted()
      const answered = error instanceof ApiError
      const worthIt = answered ? busy.has(error.status) : isBrokenConnection(error)
      const allowed = repeatable || (answered && error.status === 429)
      const asked = answered ? (error.retryAfterMs ?? 0) : 0
      const pauseMs = Math.max(asked, Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs))
      failed ??= performance.now()
      if (!worthIt || !allowed || performance.now() + pauseMs > failed + forMs()) throw told(error, attempt)
      await delay(pauseMs, undefined, { signal })
    }
  }
}

/** What broken connections are called by Node and undici, with words for those that say little. */
const broken: ReadonlyMap<string, string> = new Map([
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH'].map(asIs),
  ...['ENETUNREACH', 'ENOTFOUND', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT'].map(asIs),
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'an answer that stopped halfway'],
])

function asIs(code: string): [string, string] {
  return [code, '']
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function isBrokenConnection(error: unknown): boolean {
  return broken.has(codeOf(error))
}

/** The error as it is passed on: how often was tried, where it was more than once. */
function told(error: unknown, attempts: number): unknown {
  const often = attempts === 1 ? '' : ` (tried ${attempts} times)`
  if (error instanceof ApiError) {
    if (attempts === 1) return error
    return new ApiError(error.status, error.reason, `${error.message}${often}`, { cause: error.cause })
  }
  if (!isBrokenConnection(error) || !(error instanceof Error)) return error
  const what = broken.get(codeOf(error)) || error.message || codeOf(error)
  return new ApiError(0, 'Unanswered', `the API server does not answer: ${what}${often}`, { cause: error })
}
