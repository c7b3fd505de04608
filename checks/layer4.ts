import type { CheckKindName } from './check.ts'
import type { Outcome, Reason } from './outcome.ts'

/**
 * What a reason says about layer 4 (docs/reference/outcomes.md). `refused` is a block only if a control shows a
 * listener.
 */
export type Layer4 = 'open' | 'blocked' | 'refused' | 'absent' | 'name' | 'none'

const layer4: Record<Reason, Layer4> = {
  connected: 'open',
  answered: 'open',
  reset_after_connect: 'open',
  closed_after_connect: 'open',
  tls_failed: 'open',
  tls_untrusted: 'open',
  tls_expired: 'open',
  tls_name_mismatch: 'open',
  tls_client_certificate_required: 'open',
  tls_timeout: 'open',
  http_status: 'open',
  http_header: 'open',
  http_body: 'open',
  http_protocol: 'open',
  http_timeout: 'open',
  http_redirect: 'open',
  udp_answered: 'open',
  connect_timeout: 'blocked',
  connect_rejected: 'blocked',
  udp_silent: 'blocked',
  udp_rejected: 'blocked',
  connect_refused: 'refused',
  host_absent: 'absent',
  no_route: 'absent',
  dns_nxdomain: 'name',
  dns_nodata: 'name',
  dns_servfail: 'name',
  dns_refused: 'name',
  dns_badresp: 'name',
  dns_timeout: 'name',
  dns_unreachable: 'name',
  not_run: 'none',
}

/** For a DNS check, any response shows that the path to the server is open, and silence shows that it is blocked. */
const toServer: Partial<Record<Reason, Layer4>> = {
  dns_nxdomain: 'open',
  dns_nodata: 'open',
  dns_servfail: 'open',
  dns_refused: 'open',
  dns_badresp: 'open',
  dns_timeout: 'blocked',
  dns_unreachable: 'refused',
}

/** What a reason says about the path of a check that is not a DNS query. */
export function layer4Of(reason: Reason): Layer4 {
  return layer4[reason]
}

/**
 * Whether a new connection was stopped on the path, by silence or by ICMP. A node that has reached its ICMP rate limit
 * leaves the first SYN unanswered and rejects the retransmission. That looks like a host that does not exist, but for
 * an existing host it is a block.
 */
export function looksShut(outcome: Pick<Outcome, 'reason' | 'dns'>, kind: CheckKindName): boolean {
  return outcome.reason === 'host_absent' || layer4OfOutcome(outcome, kind) === 'blocked'
}

/**
 * What an outcome says about the path of its check. A server that answered any query was reached, whatever the result
 * of the last one.
 */
export function layer4OfOutcome({ reason, dns }: Pick<Outcome, 'reason' | 'dns'>, kind: CheckKindName): Layer4 {
  if (kind !== 'dns') return layer4[reason]
  if (dns?.questions.some(({ rcode }) => rcode !== 'TIMEOUT' && rcode !== 'UNREACHABLE')) return 'open'
  return toServer[reason] ?? layer4[reason]
}
