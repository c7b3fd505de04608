/** What the API server answered instead of doing as asked: its `Status`, verbatim. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** The HTTP status; 0 when no answer came. */
  readonly status: number
  /** The machine-readable word of the Status object: `Forbidden`, `NotFound`, `AlreadyExists`, `Invalid`, … */
  readonly reason: string

  constructor(status: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.reason = reason
  }
}

/** The error of an answer's body, which is a `Status` object, or text where something in between answered. */
export function apiError(request: string, status: number, body: string): ApiError {
  const said = readStatus(body)
  const message = said?.message ?? (body.trim().slice(0, 500) || `HTTP ${status}`)
  return new ApiError(status, said?.reason ?? '', `${request}: ${message}`)
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
