import type { HttpCheck } from './check.ts'
import type { HttpFacts } from './outcome.ts'

export interface Unmet {
  readonly reason: 'http_status' | 'http_header' | 'http_body' | 'http_protocol'
  readonly detail: string
}

/** The first condition that the response does not meet: status, then headers, then body. */
export function unmet(expect: HttpCheck['expect'], facts: HttpFacts | undefined): Unmet | undefined {
  if (facts === undefined) return { reason: 'http_protocol', detail: 'no response' }
  const { status, headers, body } = facts
  const good = expect.status === undefined ? status >= 200 && status < 300 : expect.status.includes(status)
  if (!good)
    return { reason: 'http_status', detail: `status ${status}, expected ${expect.status?.join(' or ') ?? '2xx'}` }
  for (const [name, part] of Object.entries(expect.headers ?? {})) {
    const value = headers[name.toLowerCase()]
    if (value?.includes(part)) continue
    const found = value === undefined ? 'there is none' : `it is ${JSON.stringify(value)}`
    return { reason: 'http_header', detail: `header ${name} does not contain ${JSON.stringify(part)}: ${found}` }
  }
  if (expect.body === undefined || body.includes(expect.body)) return undefined
  return { reason: 'http_body', detail: `the body does not contain ${JSON.stringify(expect.body)}` }
}
