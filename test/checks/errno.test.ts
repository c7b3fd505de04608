import { describe, expect, test } from 'vitest'
import { type ConnectErrorTime, connectReason, datagramReason } from '../../checks/errno.ts'
import type { Reason } from '../../checks/outcome.ts'

const atOnce = { sinceFirstMs: 1, sinceConnectMs: 1 }

describe('errno of a TCP connect', () => {
  test.each<[string, ConnectErrorTime, Reason]>([
    ['ECONNREFUSED', 'later', 'connect_refused'],
    ['EHOSTUNREACH', 'later', 'connect_rejected'],
    ['ENETUNREACH', 'later', 'connect_rejected'],
    ['EACCES', 'later', 'connect_rejected'],
    ['EPERM', 'later', 'connect_rejected'],
    ['ECONNRESET', 'later', 'reset_after_connect'],
    ['EPIPE', 'later', 'reset_after_connect'],
    ['EPERM', 'by-the-call', 'connect_rejected'],
    ['EHOSTUNREACH', 'by-the-call', 'no_route'],
    ['ENETUNREACH', 'by-the-call', 'no_route'],
    ['EACCES', 'by-the-call', 'no_route'],
    ['EINVAL', 'by-the-call', 'no_route'],
    ['ETIMEDOUT', 'later', 'connect_timeout'],
    ['EMFILE', 'by-the-call', 'not_run'],
    ['EADDRNOTAVAIL', 'by-the-call', 'not_run'],
    ['ENOBUFS', 'later', 'not_run'],
    ['ESOMETHING', 'later', 'not_run'],
  ])('%s, told %s, is %s', (code, told, reason) => {
    expect(connectReason(code, told, atOnce)).toBe(reason)
  })

  test('EHOSTUNREACH after address resolution gave up is an absent host', () => {
    expect(connectReason('EHOSTUNREACH', 'later', { sinceFirstMs: 3060, sinceConnectMs: 3060 })).toBe('host_absent')
  })

  test('EHOSTUNREACH in a second attempt counts from the first dial, where it does not come at once', () => {
    expect(connectReason('EHOSTUNREACH', 'later', { sinceFirstMs: 3060, sinceConnectMs: 1310 })).toBe('host_absent')
    expect(connectReason('EHOSTUNREACH', 'later', { sinceFirstMs: 3060, sinceConnectMs: 2 })).toBe('connect_rejected')
  })
})

describe('errno of a connected UDP socket', () => {
  test.each<[string, ConnectErrorTime, Reason]>([
    ['ECONNREFUSED', 'later', 'udp_rejected'],
    ['EHOSTUNREACH', 'later', 'udp_rejected'],
    ['ENETUNREACH', 'later', 'udp_rejected'],
    ['EACCES', 'later', 'udp_rejected'],
    ['EPERM', 'later', 'udp_rejected'],
    ['ENETUNREACH', 'by-the-call', 'no_route'],
    ['EPERM', 'by-the-call', 'udp_rejected'],
    ['ENOBUFS', 'later', 'not_run'],
    ['EADDRNOTAVAIL', 'by-the-call', 'not_run'],
  ])('%s, told %s, is %s', (code, told, reason) => {
    expect(datagramReason(code, told)).toBe(reason)
  })
})
