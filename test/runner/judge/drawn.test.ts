import { expect, test } from 'vitest'
import type { Observation } from '../../../checks/outcome.ts'
import type { ControlResult, Controls } from '../../../runner/control/controls.ts'
import { judgeAllowed } from '../../../runner/judge/allowed.ts'
import type { PlannedCheck } from '../../../runner/plan/planned-check.ts'
import type { PlannedPath } from '../../../runner/plan/planned-path.ts'

const yes: ControlResult = { shown: true, kind: 'canary', sentence: 'shown' }
const controls: Controls = {
  ...{ targetAlive: () => yes, sourceAlive: () => yes, enforced: () => yes, known: () => undefined },
  ...{ intercepted: () => false, overflowed: () => false },
}
const socket = { address: '172.18.0.2', port: 30080, protocol: 'TCP', family: 4 } as const
const destination = {
  kind: 'node',
  socket,
  node: { name: 'n0' },
  endpoints: [{ ...socket, address: '10.0.0.1', port: 80 }],
}
const one = { source: 'a', check: { kind: 'tcp' }, connections: 1, destination } as unknown as PlannedCheck
const many = { ...one, connections: 30, singleSyn: true } as PlannedCheck

const connections = (...reasons: ('connected' | 'connect_timeout')[]) =>
  reasons.map(
    (reason): Observation => ({
      ...{ id: '0', startedAt: 0 },
      outcome: {
        reason,
        phase: 'connect',
        attempts: 1,
        durations: { connect: 1 },
        address: socket.address,
        port: 30080,
      },
    }),
  )

test('which endpoint one connection to a NodePort drew changes no cause', () => {
  const mixed = connections(...Array.from({ length: 30 }, (_, at) => (at < 20 ? 'connected' : 'connect_timeout')))
  for (const drawn of ['connected', 'connect_timeout'] as const) {
    const planned = { addresses: [one, many], source: { key: 'a' }, path: {} } as unknown as PlannedPath
    const observedConnections = new Map([
      [one, connections(drawn)],
      [many, mixed],
    ])
    expect(judgeAllowed({ planned, controls, observedConnections })).toMatchObject({
      ...{ status: 'fail', cause: 'partly_open', seen: 'partly' },
      sentence: expect.stringContaining('answered 20 of 30 connections'),
    })
  }
})
