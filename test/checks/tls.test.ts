import { describe, expect, test } from 'vitest'
import type { CheckInput } from '../../checks/check.ts'
import { loopback, outcomeOf } from './loopback.ts'
import { authority, expiredIdentity, tcpServer, tlsServer } from './servers.ts'

const host = '127.0.0.1'
const trusting = (port: number): CheckInput => ({ kind: 'tls', host, port, ca: authority })

describe('tls', () => {
  test('a trusted handshake is connected, with the facts of the certificate', async () => {
    const outcome = await outcomeOf(trusting(await tlsServer()))
    expect(outcome).toMatchObject({ reason: 'connected', phase: 'tls' })
    expect(outcome.tls).toMatchObject({
      protocol: 'TLSv1.3',
      authorized: true,
      subject: 'crosscheck.test',
      issuer: 'Crosscheck test root',
      names: ['localhost', 'crosscheck.test', '127.0.0.1'],
      validTo: expect.stringMatching(/^20\d\d-/),
    })
    expect(outcome.durations.tls).toBeGreaterThan(0)
  })

  test('TLS 1.2 is connected without waiting for tickets', async () => {
    const outcome = await outcomeOf(trusting(await tlsServer({ maxVersion: 'TLSv1.2' })))
    expect(outcome).toMatchObject({ reason: 'connected', tls: { protocol: 'TLSv1.2' } })
  })

  test('a certificate of an unknown authority is untrusted, and the facts say why', async () => {
    const outcome = await outcomeOf({ kind: 'tls', host, port: await tlsServer() })
    expect(outcome).toMatchObject({ reason: 'tls_untrusted', phase: 'tls', tls: { authorized: false } })
    expect(outcome.tls?.error).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })

  test('an untrusted certificate is connected where it need not be verified', async () => {
    const outcome = await outcomeOf({ kind: 'tls', host, port: await tlsServer(), verify: false })
    expect(outcome).toMatchObject({ reason: 'connected', tls: { authorized: false } })
  })

  test('a certificate that ended is expired', async () => {
    expect(await outcomeOf(trusting(await tlsServer(expiredIdentity)))).toMatchObject({ reason: 'tls_expired' })
  })

  test('a certificate for another name is a mismatch', async () => {
    const input = { ...trusting(await tlsServer()), serverName: 'other.test' } as CheckInput
    expect(await outcomeOf(input)).toMatchObject({
      reason: 'tls_name_mismatch',
      detail: expect.stringContaining('other.test'),
    })
  })

  test('the name of the host is sent and compared', async () => {
    const port = await tlsServer()
    const vantage = loopback({ hosts: { 'crosscheck.test': [host] } })
    const outcome = await outcomeOf({ kind: 'tls', host: 'crosscheck.test', port, ca: authority }, vantage)
    expect(outcome).toMatchObject({ reason: 'connected', address: host })
  })

  test('a server that wants a client certificate says so only after the handshake of TLS 1.3', async () => {
    const port = await tlsServer({ requestCert: true, rejectUnauthorized: true, ca: authority })
    expect(await outcomeOf(trusting(port))).toMatchObject({ reason: 'tls_client_certificate_required', phase: 'tls' })
  })

  test('a server that does not speak TLS fails the handshake', async () => {
    const port = await tcpServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    expect(await outcomeOf(trusting(port))).toMatchObject({ reason: 'tls_failed', phase: 'tls' })
  })

  test('a server that says nothing in the handshake is a TLS timeout', async () => {
    const port = await tcpServer(() => {})
    expect(await outcomeOf({ ...trusting(port), deadlineMs: 80 })).toMatchObject({
      reason: 'tls_timeout',
      phase: 'tls',
    })
  })

  test('a reset or a close at the first byte is a denial after the TCP handshake', async () => {
    const reset = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await outcomeOf(trusting(reset))).toMatchObject({ reason: 'reset_after_connect', phase: 'tls' })
    const closed = await tcpServer((socket) => socket.once('data', () => socket.end()))
    expect(await outcomeOf(trusting(closed))).toMatchObject({ reason: 'closed_after_connect', phase: 'tls' })
  })
})
