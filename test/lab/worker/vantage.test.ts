import { expect, it } from 'vitest'
import type { Outcome } from '../../../checks/outcome.ts'
import { onlyFrom } from '../../../lab/worker/vantage.ts'

const timeout: Outcome = {
  reason: 'connect_timeout',
  phase: 'connect',
  attempts: 1,
  durations: {},
  address: '10.0.0.9',
}

it.each([
  ['10.0.0.1', '10.0.0.9', 'connect_timeout'],
  ['fd00:0::1', '10.0.0.9', 'connect_timeout'],
  ['172.17.0.2', '10.0.0.9', 'not_run'],
  ['127.0.0.1', '10.0.0.9', 'not_run'],
  ['127.0.0.1', '127.0.0.1', 'connect_timeout'],
  ['::1', '::1', 'connect_timeout'],
])('a socket with the address %s that dialled %s gives the verdict %s', (localAddress, address, reason) => {
  expect(onlyFrom(['10.0.0.1', 'fd00::1'], { ...timeout, localAddress, address }).reason).toBe(reason)
})

it('an outcome without a socket stays as it is', () => {
  const outcome: Outcome = { ...timeout, reason: 'dns_nxdomain', phase: 'resolve' }
  expect(onlyFrom(['10.0.0.1'], outcome)).toBe(outcome)
})
