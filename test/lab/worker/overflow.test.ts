import { expect, it } from 'vitest'
import { counterOf } from '../../../lab/worker/overflow.ts'

const netstat = 'TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 0 7 9\nIpExt: InOctets\nIpExt: 12\n'

it('reads a figure of a group by its name', () => {
  expect(counterOf(netstat, 'TcpExt', 'ListenOverflows')).toBe(7)
  expect(counterOf(netstat, 'IpExt', 'InOctets')).toBe(12)
})

it('takes a figure that the kernel does not have for 0', () => {
  expect(counterOf(netstat, 'TcpExt', 'NoSuch')).toBe(0)
})
