import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type Check, type CheckInput, checkSchema } from '../../../../checks/check.ts'
import type { Observation } from '../../../../checks/outcome.ts'
import { createControl } from '../../../../fabric/kubernetes/probe/control-batch.ts'
import { openTarget, startProbe } from '../../../probe/started.ts'

const token = 's3cret'
const flags = [
  '--allow-targets',
  'loopback',
  '--token-sha256',
  createHash('sha256').update(token).digest('hex'),
] as const

/** A control of a real probe, whose tunnels are connections on loopback; `spoil` gets each of them. */
async function controlled(
  options: {
    token?: string
    addresses?: string[]
    spoil?: (tunnel: Socket, nth: number) => void
    /** Where the first tunnel leads instead. */
    first?: number
  } = {},
) {
  const { controlPort } = await startProbe(flags)
  let tunnels = 0
  const control = createControl({
    open: async () => {
      const port = tunnels === 0 ? (options.first ?? controlPort) : controlPort
      const tunnel = connect(port, '127.0.0.1').on('error', () => undefined)
      options.spoil?.(tunnel, tunnels)
      tunnels += 1
      return tunnel
    },
    ...{ token, addresses: ['127.0.0.1'], stop: false, ...options },
  })
  onTestFinished(() => control.close())
  const { signal } = new AbortController()
  return {
    run: (checks: readonly Check[], over = signal) => collect(control.run(checks, over)),
    meet: () => control.meet(),
    tunnels: () => tunnels,
  }
}

async function collect(observations: AsyncIterable<Observation>): Promise<Observation[]> {
  const all: Observation[] = []
  for await (const each of observations) all.push(each)
  return all
}

const check = (port: number, more: Partial<CheckInput> = {}) =>
  checkSchema.parse({ kind: 'tcp', host: '127.0.0.1', port, deadlineMs: 2000, ...more } as CheckInput)
const reasons = (observations: readonly Observation[]) => observations.map(({ outcome }) => outcome.reason)

test('each check has one observation, also where they share an id', async () => {
  const { port } = await openTarget()
  const { run, tunnels } = await controlled()
  const observations = await run(Array.from({ length: 300 }, () => check(port, { id: 'same' })))
  expect(reasons(observations)).toEqual(Array.from({ length: 300 }, () => 'connected'))
  expect(new Set(observations.map(({ id }) => id))).toEqual(new Set(['same']))
  expect(tunnels()).toBe(1)
})

test('checks whose tunnel broke are asked again through another', async () => {
  const { port } = await openTarget()
  const { run, tunnels } = await controlled({
    spoil: (tunnel, nth) => {
      if (nth < 2) tunnel.once('connect', () => tunnel.destroy(new Error('cut')))
    },
  })
  expect(reasons(await run([check(port), check(port)]))).toEqual(['connected', 'connected'])
  expect(tunnels()).toBe(3)
})

test('of a probe that is not up yet one asks for all, and the tunnel that found it is used by the first batch', async () => {
  const { port } = await openTarget()
  const opened: number[] = []
  const { run, meet, tunnels } = await controlled({
    spoil: (tunnel, nth) => {
      opened.push(nth)
      if (nth > 1) return
      tunnel.once('connect', () => {
        opened.push(-1)
        tunnel.destroy(new Error('nobody listens'))
      })
    },
  })
  void meet()
  const early = Array.from({ length: 8 }, () => run([check(port)]))
  expect((await Promise.all(early)).flatMap(reasons)).toEqual(Array.from({ length: 8 }, () => 'connected'))
  // One after the other as long as they break; then as many as there are batches at once.
  expect(opened.slice(0, 5)).toEqual([0, -1, 1, -1, 2])
  expect(tunnels()).toBeLessThanOrEqual(2 + 4)
})

test('the tunnel by which a probe was met is kept for its batches', async () => {
  const { port } = await openTarget()
  const { run, meet, tunnels } = await controlled()
  await meet()
  expect(reasons(await run([check(port)]))).toEqual(['connected'])
  expect(tunnels()).toBe(1)
})

test('who is aborted while a probe is not up waits no longer', async () => {
  const { run, meet } = await controlled({ spoil: (tunnel) => void tunnel.destroy(new Error('nobody listens')) })
  void meet()
  const abort = new AbortController()
  const running = run([check(1)], abort.signal)
  abort.abort()
  expect(reasons(await running)).toEqual(['not_run'])
})

test.each([408, 503])('a probe that is starved or busy, and says HTTP %i, is asked again', async (status) => {
  const busy = createServer((_, answer) => answer.writeHead(status, { connection: 'close' }).end())
  await once(busy.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void busy.close())
  const { port } = await openTarget()
  const { run } = await controlled({ first: (busy.address() as AddressInfo).port })
  expect(reasons(await run([check(port)]))).toEqual(['connected'])
})

test('a probe that does not know the token runs nothing, and is not asked twice', async () => {
  const { port, accepted } = await openTarget()
  const { run, tunnels } = await controlled({ token: 'guess' })
  const [observation] = await run([check(port)])
  expect(observation!.outcome).toMatchObject({ reason: 'not_run', detail: expect.stringContaining('401') })
  expect([accepted(), tunnels()]).toEqual([0, 1])
})

test('an outcome from another address than the source’s counts for nothing', async () => {
  const { port } = await openTarget()
  const { run } = await controlled({ addresses: ['10.244.1.9'] })
  const [observation] = await run([check(port)])
  expect(observation!.outcome).toMatchObject({ reason: 'not_run', detail: expect.stringContaining('127.0.0.1') })
})

test('aborted, the checks that have no observation did not run', async () => {
  const { port, until } = await openTarget()
  const { run } = await controlled()
  const abort = new AbortController()
  const waiting = check(port, { kind: 'tls', deadlineMs: 60_000 })
  const running = run([waiting], abort.signal)
  await until(1)
  abort.abort()
  expect(reasons(await running)).toEqual(['not_run'])
})
