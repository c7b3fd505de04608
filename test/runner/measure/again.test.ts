import { expect, test } from 'vitest'
import { checkSchemas } from '../../../checks/check.ts'
import type { Observation, Reason } from '../../../checks/outcome.ts'
import type { Probe, Timing } from '../../../fabric/fabric.ts'
import type { Pod, World } from '../../../fabric/world.ts'
import type { ControlResult } from '../../../runner/control/controls.ts'
import type { Measurement } from '../../../runner/control/measurement.ts'
import { stabilize } from '../../../runner/measure/stabilize.ts'
import { untilEnforced } from '../../../runner/measure/time-to-enforce.ts'
import type { PlannedCheck } from '../../../runner/plan/planned-check.ts'
import type { PlannedPath } from '../../../runner/plan/planned-path.ts'
import type { Predict } from '../../../runner/predict/predict.ts'

const { signal } = new AbortController()
const timing: Timing = {
  ...{ allowed: { deadlineMs: 100, attempts: 1 }, blocked: { deadlineMs: 100, attempts: 1 } },
  ...{ canaryMs: 50, policies: 'eventually' },
}
const pod = { namespace: 'db', name: 'x', node: 'n', addresses: ['10.0.0.1'], hostNetwork: false } as unknown as Pod
const world = { services: [], pods: [pod] } as unknown as World
const socket = { address: '10.0.0.1', port: 80, protocol: 'TCP', family: 4 } as const
const plannedCheck: PlannedCheck = {
  ...{ source: 'a', connections: 1, destination: { kind: 'pod', socket, pod, ready: true } },
  check: checkSchemas.tcp.parse({ kind: 'tcp', host: socket.address, port: socket.port }),
}
const path = {
  path: { expect: { kind: 'blocked', layer: 4 }, target: { kind: 'tcp', name: 'x', host: '10.0.0.1' } },
  ...{ source: { key: 'a', name: 'a' }, addresses: [plannedCheck], witnesses: [] },
} as unknown as PlannedPath

/** A network that answers each connection to the target in turn as given, and from then on as the last. */
function network(reasons: readonly Reason[]) {
  let turn = 0
  const observe = (id: string): Observation => {
    const reason = reasons[Math.min(turn++, reasons.length - 1)]!
    const phase = 'connect'
    return { id, startedAt: 0, outcome: { reason, phase, attempts: 1, durations: {}, address: '10.0.0.1', port: 80 } }
  }
  const probe = {
    run: async function* (checks: readonly { readonly id: string }[]) {
      for (const { id } of checks) yield observe(id)
    },
  } as unknown as Probe
  return { probes: new Map([['a', probe]]), observe, asked: () => turn }
}

const shown = (): ControlResult => ({ shown: true, kind: 'inside', sentence: 'it lives' })
const controls = {
  ...{ targetAlive: shown, sourceAlive: shown, enforced: shown, known: () => undefined },
  ...{ intercepted: () => false, overflowed: () => false },
}
const predicting = (verdict: 'allow' | 'deny'): Predict =>
  (() => ({
    verdict,
    byPlannedCheck: new Map([[plannedCheck, [{ verdict, prediction: { verdict } }]]]),
    dns: [],
  })) as unknown as Predict

async function settled(reasons: readonly Reason[], verdict: 'allow' | 'deny', rounds = 10) {
  const { probes, observe, asked } = network(reasons)
  const first: Measurement = { observedConnections: new Map([[plannedCheck, [observe('0.0')]]]), controls }
  let time = 0
  const now = () => time++
  const { measurement, remarks } = await stabilize([path], first, {
    ...{ probes, predict: predicting(verdict), timing, until: rounds, now, signal },
  })
  return {
    last: measurement.observedConnections.get(plannedCheck)?.[0]?.outcome.reason,
    remark: remarks.get(path),
    asked: asked(),
  }
}

test('a path that is as the policies say is not measured again, whatever is expected', async () => {
  expect(await settled(['connected'], 'allow')).toEqual({ last: 'connected', remark: undefined, asked: 1 })
  expect(await settled(['connect_timeout'], 'deny')).toMatchObject({ remark: undefined, asked: 1 })
})

test('a path that is not is measured until it is, and twice in a row', async () => {
  const { last, remark, asked } = await settled(['connected', 'connected', 'connect_timeout'], 'deny', 100)
  expect(last).toBe('connect_timeout')
  expect(asked).toBe(4)
  expect(remark).toMatch(/^settling: open at first, blocked .* later, and so in 1 further round \(it changed once\)$/)
})

test('a path that turns back begins anew, and each turn is told', async () => {
  const turning = ['connected', 'connect_timeout', 'connected', 'connect_timeout'] as const
  const { remark, asked } = await settled(turning, 'deny', 100)
  expect(asked).toBe(5)
  expect(remark).toContain('(it changed 3 times)')
})

test('a path that never is counts as it was last seen when the time is up', async () => {
  const { last, remark } = await settled(['connected'], 'deny', 6)
  expect(last).toBe('connected')
  expect(remark).toMatch(/^settling: still open after .* of new connections \(it never changed\)$/)
})

test('time to enforce ends with the first round in which the packets do what the policies say', async () => {
  const { probes, asked } = network(['connected', 'connected', 'connect_timeout'])
  let time = 1_000
  const now = () => (time += 10)
  const options = { world, probes, predict: predicting('deny'), timing, since: 1_000, until: 2_000, now, signal }
  const { afterMs, late, flips } = await untilEnforced([path], options)
  expect({ asked: asked(), late, flips }).toEqual({ asked: 3, late: 0, flips: 0 })
  expect(afterMs).toHaveLength(1)
  expect(afterMs[0]).toBeGreaterThan(20)
})

test('a way that does not come to it in time is late', async () => {
  const { probes } = network(['connected'])
  let time = 0
  const now = () => (time += 10)
  const options = { world, probes, predict: predicting('deny'), timing, since: 0, until: 30, now, signal }
  expect(await untilEnforced([path], options)).toMatchObject({ afterMs: [], late: 1 })
})

test('interrupted while it settles, a path keeps what was seen before, and is told as one that had not settled', async () => {
  const { probes, observe } = network(['connected', 'not_run'])
  const first: Measurement = { observedConnections: new Map([[plannedCheck, [observe('0.0')]]]), controls }
  const run = new AbortController()
  const options = { world, probes, predict: predicting('deny'), timing, until: 10, now: () => 0, signal: run.signal }
  const { measurement, interrupted } = await stabilize([path], first, { ...options, onRound: () => run.abort() })
  expect(measurement.observedConnections.get(plannedCheck)?.[0]?.outcome.reason).toBe('connected')
  expect([...interrupted]).toEqual([[path, 'the run was interrupted while it settled']])
})

test('a path that had settled is not touched by the interruption', async () => {
  const { probes, observe } = network(['connected'])
  const first: Measurement = { observedConnections: new Map([[plannedCheck, [observe('0.0')]]]), controls }
  const options = { probes, predict: predicting('allow'), timing, until: 10, now: () => 0, signal: AbortSignal.abort() }
  expect((await stabilize([path], first, options)).interrupted.size).toBe(0)
})
