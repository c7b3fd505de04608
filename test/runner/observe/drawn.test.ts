import { expect, test } from 'vitest'
import { checkSchemas } from '../../../checks/check.ts'
import type { Outcome } from '../../../checks/outcome.ts'
import type { Probe } from '../../../fabric/fabric.ts'
import type { Controls } from '../../../runner/control/controls.ts'
import { connectionVerdictOf } from '../../../runner/judge/connection-verdict.ts'
import { observe } from '../../../runner/observe/observe.ts'
import type { PlannedCheck } from '../../../runner/plan/planned-check.ts'

const { signal } = new AbortController()
const controls = { intercepted: () => false } as unknown as Controls
const socket = { address: '10.96.0.1', port: 80, protocol: 'TCP', family: 4 } as const

function dialOf(deadlineMs: number): PlannedCheck {
  const single = deadlineMs < 1_000 ? { singleSyn: true as const } : {}
  const check = checkSchemas.tcp.parse({ kind: 'tcp', host: socket.address, port: socket.port, deadlineMs })
  return {
    source: 'a',
    connections: 3,
    check,
    ...single,
    destination: { kind: 'virtual', socket, service: {} as never, endpoints: [] },
  }
}

/** What is seen of the dial where its rounds of three connections give these; each told by how long it took, in milliseconds; 0 is silence. */
async function sightAfter(rounds: readonly (readonly number[])[], deadlineMs = 900) {
  let round = 0
  const run: Probe['run'] = async function* (checks) {
    const took = rounds[round++]!
    for (const [index, { id }] of checks.entries()) {
      const connect = took[index] ?? 0
      const reason = connect === 0 ? 'connect_timeout' : 'connected'
      const outcome: Outcome = { reason, phase: 'connect', attempts: 1, durations: { connect: connect || deadlineMs } }
      yield { id, startedAt: 0, outcome }
    }
  }
  const plannedCheck = dialOf(deadlineMs)
  const seen = await observe([plannedCheck], { probes: new Map([['a', { run } as unknown as Probe]]), signal })
  return { ...connectionVerdictOf(plannedCheck, seen.get(plannedCheck) ?? [], controls), rounds: round }
}

test('a connection that a repeated SYN may have made is made again, and that one counts', async () => {
  expect(
    await sightAfter([
      [1, 1, 1_003],
      [1, 1, 0],
    ]),
  ).toMatchObject({ state: 'leak', open: 4, of: 5, rounds: 2 })
  expect(
    await sightAfter([
      [1, 1, 1_003],
      [1, 1, 1],
    ]),
  ).toMatchObject({ state: 'open', open: 5, of: 5 })
})

test('where it comes late again, nothing is known of the endpoints', async () => {
  const connectionVerdict = await sightAfter([
    [1, 1, 1_003],
    [1, 1, 1_003],
  ])
  expect(connectionVerdict).toMatchObject({ state: 'unknown', cause: 'not_run' })
  expect('sentence' in connectionVerdict && connectionVerdict.sentence).toMatch(
    /too late to tell which endpoint answered/,
  )
})

test('endpoints that were silent are, however late others came', async () => {
  expect(
    await sightAfter([
      [0, 0, 1_003],
      [1, 1, 1_003],
    ]),
  ).toMatchObject({ state: 'leak', open: 2, of: 4 })
})

test('one silence may be a lost packet: with late connections beside it nothing is known', async () => {
  expect(
    await sightAfter([
      [1, 0, 1_003],
      [1, 1, 1_003],
    ]),
  ).toMatchObject({ state: 'unknown', cause: 'not_run' })
})

test('where all others were silent, a late connection keeps them from counting as blocked', async () => {
  expect(
    await sightAfter([
      [0, 0, 1_050],
      [0, 0, 1_050],
    ]),
  ).toMatchObject({ state: 'unknown', cause: 'not_run' })
})

test('where a repeated SYN has its time, a late connection counts', async () => {
  expect(await sightAfter([[1, 1, 1_003]], 3_500)).toMatchObject({ state: 'open', open: 3, of: 3, rounds: 1 })
})
