import type { Reason } from './outcome.ts'

/** Every reason in words. Output shows the reason too, because scripts and pages use that name. */
const reasonWords: Record<Reason, string> = {
  connected: 'connected',
  answered: 'answered',
  dns_nxdomain: 'the name does not exist',
  dns_nodata: 'the name has no such record',
  dns_servfail: 'the name server is broken',
  dns_refused: 'the name server refuses to answer',
  dns_badresp: 'the name server gave a broken answer',
  dns_timeout: 'no name server answers',
  dns_unreachable: 'no name server can be reached',
  connect_timeout: 'no answer',
  connect_rejected: 'rejected on the way',
  connect_refused: 'connection refused',
  host_absent: 'no such host',
  no_route: 'the source has no route',
  reset_after_connect: 'connected, then reset',
  closed_after_connect: 'connected, then closed',
  tls_failed: 'connected, the TLS handshake failed',
  tls_untrusted: 'connected, the certificate is not trusted',
  tls_expired: 'connected, the certificate is not valid now',
  tls_name_mismatch: 'connected, the certificate is for another name',
  tls_client_certificate_required: 'connected, a client certificate is required',
  tls_timeout: 'connected, the TLS handshake did not end',
  http_status: 'connected, another HTTP status than asked',
  http_header: 'connected, the HTTP header is not as asked',
  http_body: 'connected, the HTTP body is not as asked',
  http_protocol: 'connected, the answer is no HTTP',
  http_timeout: 'connected, no complete HTTP response',
  http_redirect: 'connected, an HTTP redirect that is not followed',
  udp_answered: 'answered',
  udp_silent: 'no answer',
  udp_rejected: 'rejected',
  not_run: 'the check did not run',
}

/** `no answer (connect_timeout)`: the words, then the reason that scripts and pages use. */
export function reasonText(reason: Reason): string {
  const words = reasonWords[reason]
  return words === reason ? words : `${words} (${reason})`
}
