import { errorCode } from './errno.ts'
import type { Reason } from './outcome.ts'

/** What node's verification of a certificate calls a time or a name that is wrong (OpenSSL's X509_V_ERR names). */
const certificateReasons: Readonly<Record<string, Reason>> = {
  CERT_HAS_EXPIRED: 'tls_expired',
  CERT_NOT_YET_VALID: 'tls_expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls_name_mismatch',
  HOSTNAME_MISMATCH: 'tls_name_mismatch',
}

/**
 * Alerts of a server that wants a certificate of the client: TLS 1.3 has one for it (RFC 8446 §6.2); before, some servers
 * complain of a bad certificate although none was sent.
 */
const wantsCertificate = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE)$/

/** The reason of an authorization error; whatever is neither time nor name is a matter of trust. */
export function untrustedReason(code: string): Reason {
  return certificateReasons[code] ?? 'tls_untrusted'
}

/**
 * The reason of an error on a TLS connection. An end before the server said anything is a denial after the TCP handshake;
 * node calls a mere FIN in the handshake ECONNRESET as well, but without a system call.
 */
export function tlsReason(error: Error, answered: boolean): Reason {
  const code = errorCode(error)
  if (wantsCertificate.test(code)) return 'tls_client_certificate_required'
  if (answered || (code !== 'ECONNRESET' && code !== 'EPIPE')) return 'tls_failed'
  return 'syscall' in error ? 'reset_after_connect' : 'closed_after_connect'
}
