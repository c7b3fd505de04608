/** The API server refused a request. The message is its `Status`, verbatim. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** The HTTP status; 0 when there was no response. */
  readonly status: number
  /** The `reason` of the Status object: `Forbidden`, `NotFound`, `AlreadyExists`, `Invalid`, … */
  readonly reason: string
  /** The pause that the server requests, in milliseconds (Retry-After). */
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

/** A response whose status is not a success. */
export interface Refusal {
  /** The method and path of the request. */
  readonly request: string
  readonly status: number
  readonly body: string
  /** The Retry-After header, in seconds. */
  readonly retryAfter?: string | undefined
}

/** Makes an error from a response body: a `Status` object, or text when a proxy responded. */
export function apiError({ request, status, body, retryAfter }: Refusal): ApiError {
  const said = readStatus(body)
  const message = said?.message ?? (body.trim().slice(0, 500) || `HTTP ${status}`)
  const seconds = Number(retryAfter ?? '')
  const retryAfterMs = retryAfter === undefined || !(seconds >= 0) ? undefined : seconds * 1000
  return new ApiError(status, said?.reason ?? '', `${request}: ${message}`, { retryAfterMs })
}

/** The API server's message without the request. */
export function saidBy({ message }: ApiError): string {
  return message.replace(/^(?:GET|POST|PUT|PATCH|DELETE) \S+: /, '')
}

/** Whether an error is an API server response with one of these HTTP statuses. */
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
