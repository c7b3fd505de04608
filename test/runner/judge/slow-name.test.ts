import { expect, it } from 'vitest'
import { checkSchema } from '../../../checks/check.ts'
import type { Outcome } from '../../../checks/outcome.ts'
import type { Pod } from '../../../fabric/world.ts'
import type { Controls } from '../../../runner/control/controls.ts'
import { judge } from '../../../runner/judge/judge.ts'
import type { PlannedCheck } from '../../../runner/plan/planned-check.ts'
import type { PlannedPath } from '../../../runner/plan/planned-path.ts'

/** The verdict on a path whose endpoint answers and whose name took so many of 4,000 milliseconds before the connection timed out. */
function verdictAfter(resolve: number) {
  const socket = { address: '10.1.2.3', port: 80, protocol: 'TCP', family: 4 } as const
  const pod = { namespace: 'db', name: 'a', node: 'one' } as Pod
  const check = checkSchema.parse({ kind: 'tcp', host: 'a.db', port: 80, deadlineMs: 4000 })
  const application: PlannedCheck = { source: 's', destination: { kind: 'name', host: 'a.db' }, check, connections: 1 }
  const endpoint: PlannedCheck = {
    source: 's',
    destination: { kind: 'pod', pod, socket, ready: true },
    check,
    connections: 1,
  }
  const outcome = (reason: Outcome['reason'], durations: Outcome['durations']): Outcome => ({
    ...{ reason, phase: 'connect', attempts: 1, durations, address: '10.96.0.7', port: 80 },
  })
  const seen = (each: Outcome) => [{ id: '0', startedAt: 0, outcome: each }]
  const path = { expect: { kind: 'allowed' }, target: { kind: 'tcp', name: 'a.db', host: 'a.db', port: 80 } }
  const planned = { path, source: { key: 's' }, application, addresses: [endpoint] } as unknown as PlannedPath
  return judge({
    planned,
    observedConnections: new Map([
      [application, seen(outcome('connect_timeout', { resolve, connect: 4000 - resolve }))],
      [endpoint, seen(outcome('connected', { connect: 1 }))],
    ]),
    controls: {
      sourceAlive: () => ({ shown: true }),
      intercepted: () => false,
      overflowed: () => false,
      ...shown,
    } as unknown as Controls,
  })
}

const shown = Object.fromEntries(
  ['targetAlive', 'enforced', 'known'].map((name) => [name, () => ({ shown: true, kind: 'inside', sentence: name })]),
)

it('a Service is not blamed for a connection for which slow DNS left no time', () => {
  const verdict = verdictAfter(3500)
  expect(verdict).toMatchObject({ status: 'fail', cause: 'dns' })
  expect(verdict.sentence).toMatch(/^DNS is slow: a\.db took 3\.5 s to resolve/)
})

it('a Service that had its time to answer is blamed', () => {
  expect(verdictAfter(300)).toMatchObject({ status: 'fail', cause: 'service', seen: 'partly' })
})
