import { expect, test } from 'vitest'
import type { Observation, Outcome } from '../../../checks/outcome.ts'
import type { ControlResult, Controls } from '../../../runner/control/controls.ts'
import { judgeBlocked } from '../../../runner/judge/blocked.ts'
import type { PlannedCheck } from '../../../runner/plan/planned-check.ts'
import type { PlannedPath } from '../../../runner/plan/planned-path.ts'

const yes: ControlResult = { shown: true, kind: 'canary', sentence: 'shown' }
const controls: Controls = {
  ...{ targetAlive: () => yes, sourceAlive: () => yes, enforced: () => yes, known: () => undefined },
  ...{ intercepted: () => false, overflowed: () => false },
}
const socket = { address: '172.18.0.2', port: 30080, protocol: 'TCP', family: 4 } as const
const endpoints = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ ...socket, address, port: 80 }))

/** A NodePort, whose every connection draws an endpoint, and which one SYN is to meet. */
const drawn = {
  ...{ source: 'a', check: { kind: 'tcp' }, connections: 30, singleSyn: true },
  destination: { kind: 'node', socket, node: { name: 'n0' }, endpoints },
} as unknown as PlannedCheck
/** A pod: all connections meet the same. */
const plain = {
  ...{ source: 'a', check: { kind: 'tcp' }, connections: 30 },
  destination: { kind: 'pod', socket: endpoints[0], pod: { namespace: 'db', name: 'x', node: 'n0' }, ready: true },
} as unknown as PlannedCheck

type Met = readonly [number, 'open' | 'silent' | 'late' | 'not_run']

const outcomes: Readonly<Record<Met[1], Pick<Outcome, 'reason' | 'durations'>>> = {
  open: { reason: 'connected', durations: { connect: 1 } },
  silent: { reason: 'connect_timeout', durations: { connect: 900 } },
  late: { reason: 'connected', durations: { connect: 1_050 } },
  not_run: { reason: 'not_run', durations: {} },
}

/** The verdict on a path that must be blocked, of which so many connections met this. */
function judged(plannedCheck: PlannedCheck, ...met: readonly Met[]) {
  const observations = met.flatMap(([count, what]) =>
    Array.from(
      { length: count },
      (): Observation => ({
        ...{ id: '0', startedAt: 0 },
        outcome: { ...outcomes[what], phase: 'connect', attempts: 1, address: '10.0.0.1', port: 80 },
      }),
    ),
  )
  const planned = { addresses: [plannedCheck], witnesses: [], path: {} } as unknown as PlannedPath
  const { status, cause, sentence } = judgeBlocked({
    planned,
    controls,
    observedConnections: new Map([[plannedCheck, observations]]),
  })
  return [status, cause, sentence]
}

test('a NodePort that draws an open endpoint and a closed one leaks, however busy the machine is', () => {
  const at = 'leaks: node n0 (172.18.0.2:30080) was open in'
  expect(judged(drawn, [20, 'open'], [10, 'silent'])).toEqual(['fail', 'leak', `${at} 20 of 30 attempts`])
  expect(judged(drawn, [20, 'open'], [10, 'late'])).toEqual([
    'fail',
    'leak',
    `${at} 30 of 30 attempts, 10 too late to tell at which endpoint`,
  ])
  expect(judged(drawn, [28, 'open'], [2, 'not_run'])).toEqual([
    'fail',
    'leak',
    `${at} 28 of 30 attempts, 2 did not run`,
  ])
  expect(judged(drawn, [20, 'open'], [7, 'silent'], [1, 'late'], [2, 'not_run'])).toEqual([
    'fail',
    'leak',
    `${at} 21 of 30 attempts, 1 too late to tell at which endpoint, 2 did not run`,
  ])
})

test('one that draws open endpoints alone is open', () => {
  expect(judged(drawn, [30, 'open'])).toEqual(['fail', 'open', 'every new connection got through'])
})

test('one connection that got through is a leak, however late it came', () => {
  expect(judged(drawn, [29, 'silent'], [1, 'late']).slice(0, 2)).toEqual(['fail', 'leak'])
  expect(judged(drawn, [29, 'silent'], [1, 'open']).slice(0, 2)).toEqual(['fail', 'leak'])
})

test('connections that did not run change no cause where all meet the same, and are counted', () => {
  expect(judged(plain, [28, 'open'], [2, 'not_run'])).toEqual([
    'fail',
    'open',
    'every new connection that ran got through: db/x (10.0.0.1:80) 28 of 30 attempts, 2 did not run',
  ])
  expect(judged(plain, [20, 'open'], [8, 'silent'], [2, 'not_run'])).toEqual([
    'fail',
    'leak',
    'leaks: db/x (10.0.0.1:80) was open in 20 of 30 attempts, 2 did not run',
  ])
  expect(judged(plain, [28, 'silent'], [2, 'not_run'])).toEqual(['pass', undefined, undefined])
})

test('where some that may have met another endpoint did not run, silence of the others is no block', () => {
  expect(judged(drawn, [28, 'silent'], [2, 'not_run'])).toEqual([
    'inconclusive',
    'not_run',
    '2 of 30 connections did not run: no answer from the probe',
  ])
  expect(judged(drawn, [30, 'silent'])).toEqual(['pass', undefined, undefined])
})
