import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from './api-error.ts'

/** How often a request is sent in all, and how long the first pause is; each next one doubles. */
const tries = 5
const firstPauseMs = 200

/** Statuses that say "later": too many requests, and what proxies and a starting server answer. */
const busy: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

/**
 * Sends again, after a growing pause, what the server was too busy for or what broke on the way. Only what may be repeated: everything
 * here but POST, which creates. A 429 was never begun and may always be repeated (API concepts, "too many requests").
 */
export async function sendPatiently<T>(send: () => Promise<T>, method: string, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      signal.throwIfAborted()
      const answered = error instanceof ApiError
      const worthIt = answered ? busy.has(error.status) : isBrokenConnection(error)
      const allowed = method !== 'POST' || (answered && error.status === 429)
      if (!worthIt || !allowed || attempt === tries) throw isBrokenConnection(error) ? unanswered(error) : error
      await delay(firstPauseMs * 2 ** (attempt - 1), undefined, { signal })
    }
  }
}

const broken: ReadonlySet<string> = new Set([
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'],
  ...['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
])

function isBrokenConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && broken.has(String(error.code))
}

function unanswered(error: unknown): ApiError {
  const message = error instanceof Error ? error.message : String(error)
  return new ApiError(0, 'Unanswered', `the API server does not answer: ${message}`, { cause: error })
}
