import { errorCode } from './errno.ts'
import type { Reason } from './outcome.ts'

/** Node's error codes for a certificate with a wrong time or name (OpenSSL's X509_V_ERR names). */
const certificateReasons: Readonly<Record<string, Reason>> = {
  CERT_HAS_EXPIRED: 'tls_expired',
  CERT_NOT_YET_VALID: 'tls_expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls_name_mismatch',
  HOSTNAME_MISMATCH: 'tls_name_mismatch',
}

/**
 * Alerts of a server that requires a client certificate. TLS 1.3 has one for it (RFC 8446 §6.2). Before, some servers
 * report a bad certificate although none was sent.
 */
const wantsCertificate = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE)$/

/** The reason of an authorization error. Any error that is not about time or name is about trust. */
export function untrustedReason(code: string): Reason {
  return certificateReasons[code] ?? 'tls_untrusted'
}

/**
 * The reason of an error on a TLS connection. An end before any response of the server is a denial after the TCP
 * handshake. Node also reports a plain FIN during the handshake as ECONNRESET, but without a system call.
 */
export function tlsReason(error: Error, answered: boolean): Reason {
  const code = errorCode(error)
  if (wantsCertificate.test(code)) return 'tls_client_certificate_required'
  if (answered || (code !== 'ECONNRESET' && code !== 'EPIPE')) return 'tls_failed'
  return 'syscall' in error ? 'reset_after_connect' : 'closed_after_connect'
}
