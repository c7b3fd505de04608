import { describe, expect, it } from 'vitest'
import type { Controls, Shown } from '../../../runner/control/controls.ts'
import { sightOf } from '../../../runner/judge/connection-verdict.ts'

const yes: Shown = { shown: true, kind: 'canary', sentence: 'so it is' }
const unknown: Shown = { shown: undefined, kind: 'none', sentence: 'nobody asked' }

const controls = (alive: (address: string) => Shown): Controls => ({
  targetAlive: ({ address }) => alive(address),
  sourceAlive: () => yes,
  enforced: () => yes,
  known: () => undefined,
  intercepted: () => false,
  overflowed: () => false,
})
const socket = (address: string) => ({ address, port: 80, protocol: 'TCP', family: 4 })
const seen = [{ outcome: { reason: 'host_absent', address: '10.0.0.1' } }] as never
const dialTo = (aim: object) => ({ source: 'a', check: { kind: 'tcp' }, connections: 1, aim }) as never
const pod = dialTo({ kind: 'pod', socket: socket('10.0.0.1'), pod: { namespace: 'db', name: 'x', node: 'n' } })
const virtual = dialTo({
  kind: 'virtual',
  socket: socket('10.96.0.1'),
  endpoints: [socket('10.0.0.1'), socket('10.0.0.2')],
})

describe('a host that is unreachable after the time of address resolution', () => {
  it('is a block where the host answered in this run: an ICMP error that came late because nodes send only so many', () => {
    expect(
      sightOf(
        pod,
        seen,
        controls(() => yes),
      ),
    ).toMatchObject({ state: 'blocked', of: 1 })
    expect(
      sightOf(
        virtual,
        seen,
        controls(() => yes),
      ),
    ).toMatchObject({ state: 'blocked' })
  })

  it('is gone where nothing shows that it is there, and so is a virtual address with one endpoint of which nothing does', () => {
    expect(
      sightOf(
        pod,
        seen,
        controls(() => unknown),
      ),
    ).toMatchObject({ state: 'unknown', cause: 'target_gone' })
    const one = controls((address) => (address === '10.0.0.1' ? yes : unknown))
    expect(sightOf(virtual, seen, one)).toMatchObject({ state: 'unknown', cause: 'target_gone' })
  })
})
