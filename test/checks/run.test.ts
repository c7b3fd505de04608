import { describe, expect, test } from 'vitest'
import { checkSchemas } from '../../checks/check.ts'
import { checkKinds } from '../../checks/kinds.ts'
import { observationSchema } from '../../checks/outcome.ts'
import { runCheck } from '../../checks/run.ts'
import type { Vantage } from '../../checks/vantage.ts'
import { check, loopback, outcomeOf } from './loopback.ts'
import { dnsServer, httpServer, record, tcpServer, udpServer } from './servers.ts'

const host = '127.0.0.1'

describe('a run of a check', () => {
  test('gives an observation that crosses the wire as its schema says', async () => {
    const port = await tcpServer(() => {})
    const observation = await runCheck(check({ kind: 'tcp', id: 'one', host, port }), loopback(), {
      signal: new AbortController().signal,
    })
    expect(observationSchema.parse(JSON.parse(JSON.stringify(observation)))).toEqual(observation)
    expect(observation.id).toBe('one')
  })

  test('makes no second attempt after a success', async () => {
    let connections = 0
    const port = await tcpServer(() => connections++)
    expect(await outcomeOf({ kind: 'tcp', host, port, attempts: 3 })).toMatchObject({
      reason: 'connected',
      attempts: 1,
    })
    expect(connections).toBe(1)
  })

  test('makes all attempts, each a new connection, while they fail', async () => {
    let connections = 0
    const port = await tcpServer((socket) => {
      connections++
      socket.end()
    })
    const outcome = await outcomeOf({ kind: 'tcp', host, port, attempts: 3 })
    expect(outcome).toMatchObject({ reason: 'closed_after_connect', attempts: 3 })
    expect(connections).toBe(3)
  })

  test('takes a later success, and forgets what the failed attempt had found', async () => {
    let requests = 0
    const port = await httpServer((request, response) => {
      if (++requests === 1) response.writeHead(503).end('not yet')
      else request.socket.resetAndDestroy()
    })
    const failed = await outcomeOf({ kind: 'http', url: `http://${host}:${port}/`, attempts: 2 })
    expect(failed).toMatchObject({ reason: 'reset_after_connect', attempts: 2 })
    expect(failed).not.toHaveProperty('http')

    let connections = 0
    const recovering = await tcpServer((socket) => {
      if (++connections === 1) socket.end()
    })
    expect(await outcomeOf({ kind: 'tcp', host, port: recovering, attempts: 3 })).toMatchObject({
      reason: 'connected',
      attempts: 2,
    })
  })

  test('shares the deadline equally among the attempts and sums the durations', async () => {
    let datagrams = 0
    const port = await udpServer((bytes, from, socket) => {
      // Three datagrams belong to the first attempt, the fourth begins the second.
      if (++datagrams === 4) socket.send(bytes, from.port, from.address)
    })
    const outcome = await outcomeOf({ kind: 'udp', host, port, attempts: 2, deadlineMs: 1000 })
    expect(outcome).toMatchObject({ reason: 'udp_answered', attempts: 2 })
    expect(outcome.durations.response).toBeGreaterThan(490)
    expect(outcome.durations.response).toBeLessThan(1000)
  })

  test('is not run when the caller ends it, before or in its midst', async () => {
    const before = await outcomeOf({ kind: 'tcp', host, port: 1 }, loopback(), { signal: AbortSignal.abort() })
    expect(before).toMatchObject({ reason: 'not_run', attempts: 0 })
    const controller = new AbortController()
    const port = await udpServer(() => controller.abort())
    const midst = await outcomeOf({ kind: 'udp', host, port, attempts: 5 }, loopback(), { signal: controller.signal })
    expect(midst).toMatchObject({
      reason: 'not_run',
      phase: 'response',
      attempts: 1,
      detail: 'the caller ended the check',
    })
  })

  test('ends every check of a batch at once, with questions that are still out', async () => {
    const controller = new AbortController()
    const silent = await udpServer(() => controller.abort())
    const vantage = loopback({ nameservers: [host], ports: { [host]: { udp: silent } } })
    const batch = Array.from({ length: 20 }, () =>
      outcomeOf({ kind: 'tcp', host: 'a', port: 9 }, vantage, { signal: controller.signal }),
    )
    const outcomes = await Promise.all(batch)
    expect(new Set(outcomes.map(({ reason }) => reason))).toEqual(new Set(['not_run']))
  })

  test('is not run when the machinery breaks, and says what broke', async () => {
    const broken: Vantage = {
      ...loopback(),
      connect() {
        throw new Error('setns: EPERM')
      },
    }
    expect(await outcomeOf({ kind: 'tcp', host, port: 9, attempts: 3 }, broken)).toMatchObject({
      reason: 'not_run',
      phase: 'connect',
      detail: 'setns: EPERM',
      attempts: 1,
    })
  })

  test('asks admission for the literal that a name became, and does not dial without it', async () => {
    const { ports } = await dnsServer(({ name }, response) => {
      response.answers.push(record(name, 'A', { address: '169.254.169.254' }))
      return response
    })
    const vantage = loopback({ nameservers: [host], ports: { [host]: ports } })
    const admit = (address: string, port: number): string => `${address} port ${port} is a metadata address`
    const outcome = await outcomeOf({ kind: 'tcp', host: 'innocent.test', port: 80 }, vantage, { admit })
    expect(outcome).toMatchObject({
      reason: 'not_run',
      phase: 'admission',
      detail: '169.254.169.254 port 80 is a metadata address',
      address: '169.254.169.254',
    })
  })
})

test('each kind of check is registered with its own schema', () => {
  expect(Object.entries(checkKinds).map(([kind, { schema }]) => [kind, schema])).toEqual(Object.entries(checkSchemas))
})
