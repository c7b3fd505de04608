import type { HttpRequest } from './http-converse.ts'
import type { HttpFacts } from './outcome.ts'

/**
 * Headers that must not be sent to another origin, and headers that describe a body which is not sent again (Fetch
 * standard, HTTP-redirect fetch).
 */
const secrets = ['authorization', 'cookie', 'proxy-authorization', 'host']
const bodyHeaders = ['content-length', 'content-type', 'content-encoding', 'content-language', 'content-location']

/** The next request of a redirect, or a sentence that says why the redirect cannot be followed (RFC 9110 §15.4). */
export function redirected(request: HttpRequest, facts: HttpFacts): HttpRequest | string {
  const location = facts.headers.location
  if (location === undefined) return `status ${facts.status} without a Location`
  if (!URL.canParse(location, request.url.href)) return `the Location ${JSON.stringify(location)} is not a URL`
  const url = new URL(location, request.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `the Location ${url.protocol} is neither http nor https`
  const isPostToGet = [301, 302].includes(facts.status) && request.method === 'POST'
  const toGet = isPostToGet || (facts.status === 303 && request.method !== 'HEAD')
  const dropped = [...(url.origin === request.url.origin ? [] : secrets), ...(toGet ? bodyHeaders : [])]
  const kept = Object.entries(request.headers).filter(([name]) => !dropped.includes(name.toLowerCase()))
  const headers = Object.fromEntries(kept)
  return toGet ? { url, method: 'GET', headers, body: undefined } : { ...request, url, headers }
}
