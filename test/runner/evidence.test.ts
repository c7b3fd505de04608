import { expect, test } from 'vitest'
import { layer4OfOutcome } from '../../checks/layer4.ts'
import type { Outcome } from '../../checks/outcome.ts'

const question = (rcode: string) => ({
  ...{ name: 'kubernetes.default.svc.cluster.local', type: 'A' as const, server: '10.96.0.10' },
  ...{ transport: 'udp' as const, rcode, milliseconds: 1 },
})
const outcome = (reason: Outcome['reason'], rcodes: readonly string[]) => ({
  reason,
  dns: { questions: rcodes.map(question), records: [] },
})

test('a server that answered one question was reached, though the last one timed out', () => {
  expect(layer4OfOutcome(outcome('dns_timeout', ['BADRESP', 'TIMEOUT']), 'dns')).toBe('open')
  expect(layer4OfOutcome(outcome('dns_timeout', ['NXDOMAIN', 'TIMEOUT']), 'dns')).toBe('open')
  expect(layer4OfOutcome(outcome('dns_timeout', ['TIMEOUT', 'TIMEOUT']), 'dns')).toBe('blocked')
  expect(layer4OfOutcome(outcome('dns_unreachable', ['UNREACHABLE']), 'dns')).toBe('refused')
})

test('for any other check a name that does not resolve says nothing of the path', () => {
  expect(layer4OfOutcome(outcome('dns_timeout', ['NXDOMAIN', 'TIMEOUT']), 'tcp')).toBe('name')
})
