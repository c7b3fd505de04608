import { describe, expect, it } from 'vitest'
import type { ControlResult, Controls } from '../../../runner/control/controls.ts'
import { connectionVerdictOf } from '../../../runner/judge/connection-verdict.ts'

const yes: ControlResult = { shown: true, kind: 'canary', sentence: 'so it is' }
const unknown: ControlResult = { shown: undefined, kind: 'none', sentence: 'nobody asked' }

const controls = (alive: (address: string) => ControlResult): Controls => ({
  targetAlive: ({ address }) => alive(address),
  sourceAlive: () => yes,
  enforced: () => yes,
  known: () => undefined,
  intercepted: () => false,
  overflowed: () => false,
})
const socket = (address: string) => ({ address, port: 80, protocol: 'TCP', family: 4 })
const seen = [{ outcome: { reason: 'host_absent', address: '10.0.0.1' } }] as never
const planCheckTo = (destination: object) =>
  ({ source: 'a', check: { kind: 'tcp' }, connections: 1, destination }) as never
const pod = planCheckTo({ kind: 'pod', socket: socket('10.0.0.1'), pod: { namespace: 'db', name: 'x', node: 'n' } })
const virtual = planCheckTo({
  kind: 'virtual',
  socket: socket('10.96.0.1'),
  endpoints: [socket('10.0.0.1'), socket('10.0.0.2')],
})

describe('a host that is unreachable after the time of address resolution', () => {
  it('is a block where the host answered in this run: an ICMP error that came late because nodes send only so many', () => {
    expect(
      connectionVerdictOf(
        pod,
        seen,
        controls(() => yes),
      ),
    ).toMatchObject({ state: 'blocked', of: 1 })
    expect(
      connectionVerdictOf(
        virtual,
        seen,
        controls(() => yes),
      ),
    ).toMatchObject({ state: 'blocked' })
  })

  it('is gone where nothing shows that it is there, and so is a virtual address with one endpoint of which nothing does', () => {
    expect(
      connectionVerdictOf(
        pod,
        seen,
        controls(() => unknown),
      ),
    ).toMatchObject({ state: 'unknown', cause: 'target_gone' })
    const one = controls((address) => (address === '10.0.0.1' ? yes : unknown))
    expect(connectionVerdictOf(virtual, seen, one)).toMatchObject({ state: 'unknown', cause: 'target_gone' })
  })
})
