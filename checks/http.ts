import { type Attempt, isOutcome } from './attempt.ts'
import type { HttpCheck } from './check.ts'
import { openStream } from './dial.ts'
import { converse, type HttpRequest } from './http-converse.ts'
import { unmet } from './http-expect.ts'
import { redirected } from './http-redirect.ts'
import type { Outcome } from './outcome.ts'
import { locate } from './resolve-target.ts'
import { secure } from './tls.ts'
import { conclude } from './trace.ts'

/**
 * Sends a request on a new connection, follows redirects up to the limit, and compares the last response with the
 * conditions.
 */
export async function runHttp(check: HttpCheck, attempt: Attempt): Promise<Outcome> {
  const { trace } = attempt
  let request: HttpRequest = { url: new URL(check.url), method: check.method, headers: check.headers, body: check.body }
  for (let hops = 0; ; hops++) {
    const failed = await exchange(request, check, attempt)
    if (failed !== undefined) return failed
    const facts = trace.seen.http
    if (facts === undefined) return conclude(trace, 'http_protocol', 'no response')
    if (check.redirects === 0 || !isRedirect(facts.status)) break
    if (hops === check.redirects) return conclude(trace, 'http_redirect', `more than ${check.redirects} redirects`)
    const next = redirected(request, facts)
    if (typeof next === 'string') return conclude(trace, 'http_redirect', next)
    request = next
  }
  const failure = unmet(check.expect, trace.seen.http)
  return failure === undefined ? conclude(trace, 'answered') : conclude(trace, failure.reason, failure.detail)
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/** One request. Stores the response in the trace; returns an outcome on failure. */
async function exchange(request: HttpRequest, check: HttpCheck, attempt: Attempt): Promise<Outcome | undefined> {
  const { url } = request
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSecure = url.protocol === 'https:'
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  const target = await locate({ host, family: check.family, port }, attempt)
  if (isOutcome(target)) return target
  const connection = await openStream(target, attempt)
  if (isOutcome(connection)) return connection
  if (!isSecure) return converse(connection.socket, request, attempt)
  const tls = { name: check.serverName ?? host, verify: check.verify, ca: check.ca, protocols: ['http/1.1'] }
  const secured = await secure(connection.socket, tls, attempt)
  return isOutcome(secured) ? secured : converse(secured.socket, request, attempt)
}
