import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from './api-error.ts'

/** The first and the longest pause between attempts, in milliseconds. Each pause is twice the previous one. */
const firstPauseMs = 200
const longestPauseMs = 5_000

/** Retryable statuses: too many requests, and the errors of proxies and of a server that is starting. */
const busy: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

export interface Patience {
  /**
   * How long to retry after the first failure, in milliseconds. Evaluated at each failure, because another request may
   * have succeeded in the meantime.
   */
  readonly forMs: () => number
  /**
   * Sending the request twice has the same effect as sending it once: true for all methods but POST, and for a POST
   * that only queries.
   */
  readonly repeatable: boolean
  readonly signal: AbortSignal
}

/**
 * Retries with growing pauses when the server is busy or the connection breaks. A request that creates is retried only
 * after a 429, because the server did not start it (API concepts, "too many requests"). The server's Retry-After is the
 * minimum pause. Rejects with the last error, or with `ApiError` of status 0 if there was no response.
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

/** Error codes of Node and undici for broken connections, with a description for those that need one. */
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

/** The error for the caller, with the number of attempts if there was more than one. */
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
