import type { Outcome, Reason } from '../../checks/outcome.ts'
import type { PathResult, Seen, Status } from '../result/path-result.ts'

const seenWords: Record<Seen, string> = {
  open: 'saw open',
  blocked: 'saw blocked',
  partly: 'saw partly open',
  unknown: 'not reached',
}

/** The first line of a path: `expected blocked, saw open`. */
export function claim(result: PathResult): string {
  const { expect, status, predicted, seen, observed } = result
  if (status === 'skipped') return `expected ${expect}, skipped`
  if (status === 'predicted') return `expected ${expect}, predicted ${predicted?.verdict ?? 'undefined'}`
  if (status === 'inconclusive' && seen === 'unknown') return `expected ${expect}, not shown`
  const foretold = observed === undefined && seen === 'unknown' ? foretoldOf(result) : undefined
  if (foretold !== undefined) return `expected ${expect}, predicted ${foretold}`
  const answer = answerText(observed)
  return `expected ${expect}, ${answer === undefined ? seenWords[seen] : `saw ${answer}`}`
}

/** The prediction behind a failure without packets. Without a target there is no prediction. */
function foretoldOf({ status, cause, predicted }: PathResult): string | undefined {
  if (status !== 'fail') return undefined
  switch (cause) {
    case 'policy':
      return predicted?.verdict
    case 'dns':
      return 'that its name does not resolve'
    case 'partly_open':
      return 'partly open'
    case 'answer':
      return 'another answer'
    default:
      return undefined
  }
}

/** Observations above the transport layer, as the object of "saw". */
const answers: Partial<Record<Reason, string>> = {
  dns_nxdomain: 'NXDOMAIN',
  dns_nodata: 'NODATA',
  dns_servfail: 'SERVFAIL',
  dns_refused: 'REFUSED',
  dns_badresp: 'a broken DNS answer',
  dns_timeout: 'no answer of DNS',
  dns_unreachable: 'no DNS in reach',
  tls_failed: 'a failed TLS handshake',
  tls_untrusted: 'an untrusted certificate',
  tls_expired: 'a certificate that is not valid now',
  tls_name_mismatch: 'a certificate for another name',
  tls_client_certificate_required: 'a demand for a client certificate',
  tls_timeout: 'an unfinished TLS handshake',
  http_header: 'another HTTP header',
  http_body: 'another HTTP body',
  http_protocol: 'no HTTP',
  http_timeout: 'no complete HTTP response',
  http_redirect: 'an HTTP redirect',
}

function answerText(outcome: Outcome | undefined): string | undefined {
  if (outcome === undefined) return undefined
  const { reason, phase, http, dns } = outcome
  if (reason === 'http_status' && http !== undefined) return `HTTP ${http.status}`
  if (reason === 'answered' && phase === 'resolve' && dns !== undefined) return recordsText(outcome) ?? 'an answer'
  return answers[reason]
}

/** The data of all records in a DNS response. */
export function recordsText({ dns }: Outcome): string | undefined {
  const data = dns?.records.filter(({ type }) => type !== 'CNAME').map((record) => record.data) ?? []
  return data.length === 0 ? undefined : data.join(', ')
}

/** The total duration of all phases, in milliseconds. */
export function millisecondsOf({ durations }: Outcome): number {
  return Math.round(Object.values(durations).reduce((sum, each) => sum + each, 0) * 10) / 10
}

/** `2 ms`, `3.5 s`. */
export function timeText(milliseconds: number): string {
  if (milliseconds >= 1_000) return `${Math.round(milliseconds / 100) / 10} s`
  return `${milliseconds < 10 ? milliseconds : Math.round(milliseconds)} ms`
}

/** The heading of a path that needs attention. */
export const statusWords: Record<Status, string> = {
  pass: 'PASS',
  fail: 'FAIL',
  inconclusive: 'INCONCLUSIVE',
  predicted: 'PREDICTED',
  skipped: 'SKIPPED',
}
