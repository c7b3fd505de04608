import type { CheckKindName } from './check.ts'
import type { Outcome, Reason } from './outcome.ts'

/** What a reason says of layer 4 (docs/reference/outcomes.md). `refused` is a block only where a control shows a listener. */
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

/** For a DNS check, an answer of any kind shows the path to the server open, and silence shows it blocked. */
const toServer: Partial<Record<Reason, Layer4>> = {
  dns_nxdomain: 'open',
  dns_nodata: 'open',
  dns_servfail: 'open',
  dns_refused: 'open',
  dns_badresp: 'open',
  dns_timeout: 'blocked',
  dns_unreachable: 'refused',
}

/** What a reason says of the path below a check that is not a question to DNS. */
export function layer4Of(reason: Reason): Layer4 {
  return layer4[reason]
}

/**
 * Whether a new connection got no further than the path, by silence or by ICMP. A node that may not send one ICMP error more leaves the first SYN
 * unanswered and rejects its repetition, which then looks like a host that is gone: of one that is there it is a block.
 */
export function looksShut(outcome: Pick<Outcome, 'reason' | 'dns'>, kind: CheckKindName): boolean {
  return outcome.reason === 'host_absent' || layer4OfOutcome(outcome, kind) === 'blocked'
}

/** What an outcome says of the path below its check; a server that answered any question of it was reached, whatever became of the last one. */
export function layer4OfOutcome({ reason, dns }: Pick<Outcome, 'reason' | 'dns'>, kind: CheckKindName): Layer4 {
  if (kind !== 'dns') return layer4[reason]
  if (dns?.questions.some(({ rcode }) => rcode !== 'TIMEOUT' && rcode !== 'UNREACHABLE')) return 'open'
  return toServer[reason] ?? layer4[reason]
}
