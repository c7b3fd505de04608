/** What the API server answered instead of doing as asked: its `Status`, verbatim. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** The HTTP status; 0 when no answer came. */
  readonly status: number
  /** The machine-readable word of the Status object: `Forbidden`, `NotFound`, `AlreadyExists`, `Invalid`, … */
  readonly reason: string
  /** How long the server asks to be left alone, in milliseconds (Retry-After). */
  readonly retryAfterMs: number | undefined

  constructor(
    status: number,
    reason: string,
    message: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options)
    this.status = status
    this.reason = reason
    this.retryAfterMs = options?.retryAfterMs
  }
}

/** An answer that is no success. */
export interface Refusal {
  /** The method and path that it answers. */
  readonly request: string
  readonly status: number
  readonly body: string
  /** The header of that name, in seconds. */
  readonly retryAfter?: string | undefined
}

/** The error of an answer's body, which is a `Status` object, or text where something in between answered. */
export function apiError({ request, status, body, retryAfter }: Refusal): ApiError {
  const said = readStatus(body)
  const message = said?.message ?? (body.trim().slice(0, 500) || `HTTP ${status}`)
  const seconds = Number(retryAfter ?? '')
  const retryAfterMs = retryAfter === undefined || !(seconds >= 0) ? undefined : seconds * 1000
  return new ApiError(status, said?.reason ?? '', `${request}: ${message}`, { retryAfterMs })
}

/** What the API server said, without the request that it answered. */
export function saidBy({ message }: ApiError): string {
  return message.replace(/^(?:GET|POST|PUT|PATCH|DELETE) \S+: /, '')
}

/** Whether an error is the API server's answer with that HTTP status. */
export function isStatus(error: unknown, ...statuses: readonly number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status)
}

function readStatus(body: string): { readonly reason?: string; readonly message?: string } | undefined {
  try {
    const value = JSON.parse(body) as { kind?: unknown; reason?: string; message?: string } | null
    return value?.kind === 'Status' ? value : undefined
  } catch {
    return undefined
  }
}
