import { spawnSync } from 'node:child_process'
import type { Socket } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import type { CheckInput } from '../../../checks/check.ts'
import { createPoller } from '../../../lab/worker/poller.ts'
import { dialStream } from '../../../lab/worker/streams.ts'
import { loopback, outcomeOf } from '../../checks/loopback.ts'
import { closedPort, tcpServer } from '../../checks/servers.ts'

const host = '127.0.0.1'
const poller = createPoller()
afterAll(poller.stayAwake())
const vantage = { ...loopback(), stream: (target: { address: string; port: number }) => dialStream(target, poller) }

/** What a check sees through a stream; a `net.Socket` must have shown the same, but for times, the words of a message and how soon a reset was seen. */
async function seenBoth(check: Partial<CheckInput> & { readonly port: number }) {
  const [bySocket, byStream] = await Promise.all(
    [loopback(), vantage].map((each) => outcomeOf({ kind: 'tcp', host, ...check } as CheckInput, each)),
  )
  const vague = bySocket!.reason === 'reset_after_connect' ? ['durations', 'detail', 'phase'] : ['durations', 'detail']
  const comparable = Object.fromEntries(
    vague.filter((key) => key in bySocket!).map((key) => [key, expect.anything()] as const),
  )
  expect(byStream).toEqual({ ...bySocket, ...comparable })
  return byStream!
}

const servers: Readonly<Record<string, (socket: Socket) => unknown>> = {
  'holds the connection': () => undefined,
  'speaks first': (socket) => socket.write('+OK ready\r\n'),
  'speaks first at length': (socket) => socket.write('x'.repeat(100_000)),
  'speaks first and closes': (socket) => socket.end('bye'),
  'closes at once': (socket) => socket.end(),
  'resets at once': (socket) => socket.resetAndDestroy(),
  echoes: (socket) => socket.pipe(socket),
  'resets instead of a reply': (socket) => socket.once('data', () => socket.resetAndDestroy()),
  'closes instead of a reply': (socket) => socket.once('data', () => socket.end()),
}

// A busy machine may let the look at a silent connection end before the server, in this same process, has spoken.
describe('a stream of the lab shows what a net.Socket shows', { retry: 3 }, () => {
  test.each(Object.keys(servers))('of a server that %s', async (name) => {
    const port = await tcpServer(servers[name]!)
    expect((await seenBoth({ port, deadlineMs: 300 })).localAddress).toBe(host)
    await seenBoth({ port, deadlineMs: 300, send: 'PING' })
  })

  test('of a port at which nothing listens', async () => {
    const { reason, detail } = await seenBoth({ port: await closedPort() })
    expect([reason, detail]).toEqual([
      'connect_refused',
      expect.stringMatching(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/),
    ])
  })

  test('of a call that fails by itself', async () => {
    expect((await seenBoth({ host: '255.255.255.255', port: 80 })).reason).toBe('no_route')
  })

  test('of an IPv6 address', async () => {
    expect(await seenBoth({ host: '::1', port: await closedPort() })).toMatchObject({
      address: '::1',
      localAddress: '::1',
    })
  })
})

test('400 streams at once each see the end of their own connection', async () => {
  const port = await tcpServer((socket) => socket.once('data', (bytes) => socket.end(bytes)))
  const outcomes = await Promise.all(
    Array.from({ length: 400 }, (_, i) => outcomeOf({ kind: 'tcp', host, port, send: `${String(i)};` }, vantage)),
  )
  expect(outcomes.map(({ reply }) => reply)).toEqual(outcomes.map((_, i) => `${String(i)};`))
})

/** The first bytes of a stream. */
const firstData = (stream: ReturnType<typeof dialStream>) =>
  new Promise<string>((resolve) => {
    stream.on('data', (bytes) => resolve(String(bytes)))
  })

test('what came before somebody listened is told when somebody does', async () => {
  const sent = Promise.withResolvers<void>()
  const port = await tcpServer((socket) => socket.write('early', () => sent.resolve()))
  const stream = dialStream({ address: host, port }, poller)
  await sent.promise
  // What happened on the first stream before is told before this one's reply.
  expect(await outcomeOf({ kind: 'tcp', host, port }, vantage)).toMatchObject({ reply: 'early' })
  expect(await firstData(stream)).toBe('early')
  stream.destroy()
})

test('a stream that is closed tells nothing more, and closing it again does not touch the next one', async () => {
  const port = await tcpServer((socket) => socket.write('late'))
  const told: string[] = []
  const closed = dialStream({ address: host, port }, poller)
  closed.on('connect', () => told.push('connect'))
  closed.on('data', () => told.push('data'))
  closed.destroy()
  const next = dialStream({ address: host, port }, poller)
  closed.destroy()
  expect(await firstData(next)).toBe('late')
  next.destroy()
  expect(told).toEqual([])
})

test('a stream that never spoke is closed by a reset, one that spoke by an end', async () => {
  const ends: string[] = []
  const ended = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const port = await tcpServer((socket) => {
    socket.on('data', () => socket.write('reply'))
    socket.once('end', () => ends.push('end')).once('error', () => ends.push('error'))
    socket.once('close', () => ended[ends.length - 1]?.resolve())
  })
  await outcomeOf({ kind: 'tcp', host, port }, vantage)
  await ended[0]!.promise
  await outcomeOf({ kind: 'tcp', host, port, send: 'PING' }, vantage)
  await ended[1]!.promise
  expect(ends).toEqual(['error', 'end'])
})

test('a program that keeps the poller awake no more ends by itself', () => {
  const url = (name: string) => JSON.stringify(new URL(`../../../lab/worker/${name}.ts`, import.meta.url))
  const program = `
    const { createPoller } = await import(${url('poller')})
    const { dialStream } = await import(${url('streams')})
    const poller = createPoller()
    const sleep = poller.stayAwake()
    const stream = dialStream({ address: '127.0.0.1', port: 1 }, poller)
    stream.on('error', sleep)`
  const args = ['--no-warnings', '--input-type=module', '-e', program]
  expect(spawnSync(process.execPath, args, { timeout: 20_000 })).toMatchObject({ status: 0, signal: null })
})
