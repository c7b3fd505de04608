import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import dns2 from 'dns2'
import { expect, onTestFinished, test } from 'vitest'
import type { CheckInput } from '../../checks/check.ts'
import { processVantage } from '../../checks/process-vantage.ts'
import type { Vantage } from '../../checks/vantage.ts'
import { openTarget, postChecks, startProbe } from './started.ts'

/** A public address (RFC 5737) that leads to this machine, as a cluster's network would lead to a pod. */
const outside = '192.0.2.10'

/** The process's own network, where `outside` leads to loopback, and the nameserver to a server on an unprivileged port. */
function routed(nameserver: { port: number } | undefined, hosts: Record<string, string[]> = {}): Vantage {
  const own = processVantage({ resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' })
  return {
    ...own,
    connect: ({ address, port }) =>
      connect({ host: address === outside ? '127.0.0.1' : address, port, autoSelectFamily: false }),
    datagram: ({ address, port }) =>
      own.datagram({ address, port: port === 53 && nameserver ? nameserver.port : port }),
    resolvConf: () => ({ nameservers: ['127.0.0.1'], search: [], ndots: 1 }),
    hosts: () => new Map(Object.entries(hosts)),
  }
}

async function refused(flags: readonly string[], check: CheckInput, vantage: Vantage = routed(undefined)) {
  const { url } = await startProbe(flags, vantage)
  const [observation] = await postChecks(url, [check])
  return observation?.outcome
}

test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1', '0.0.0.0', '::'])(
  'no kind of check reaches %s',
  async (host) => {
    const { port, accepted } = await openTarget()
    const name = host.includes(':') ? `[${host}]` : host
    const { url } = await startProbe()
    const observations = await postChecks(url, [
      { kind: 'tcp', host, port },
      { kind: 'udp', host, port },
      { kind: 'tls', host, port },
      { kind: 'http', url: `http://${name}:${port}/` },
      { kind: 'dns', name: 'a.', server: host },
    ])
    for (const { outcome } of observations) expect(outcome).toMatchObject({ reason: 'not_run', phase: 'admission' })
    expect(accepted()).toBe(0)
  },
)

test.each(['2130706433', '0x7f000001', '017700000001', '127.1'])(
  'a URL that writes loopback as %s is refused',
  async (host) => {
    const { port, accepted } = await openTarget()
    expect(await refused([], { kind: 'http', url: `http://${host}:${port}/` })).toMatchObject({
      reason: 'not_run',
      phase: 'admission',
      address: '127.0.0.1',
    })
    expect(accepted()).toBe(0)
  },
)

test('a name that leads to loopback or to the metadata service is refused after it was resolved', async () => {
  const { port, accepted } = await openTarget()
  const vantage = routed(undefined, { 'innocent.example': ['127.0.0.1'], 'cloud.example': ['169.254.169.254'] })
  expect(await refused([], { kind: 'tcp', host: 'innocent.example', port }, vantage)).toMatchObject({
    reason: 'not_run',
    phase: 'admission',
    address: '127.0.0.1',
    detail: 'refused: loopback targets are not dialled; --allow-targets loopback permits it',
  })
  expect(await refused([], { kind: 'http', url: 'http://cloud.example/latest/meta-data/' }, vantage)).toMatchObject({
    reason: 'not_run',
    phase: 'admission',
    detail: expect.stringContaining('metadata'),
  })
  expect(accepted()).toBe(0)
})

test('metadata that is allowed is connected to and not asked', async () => {
  const check = { host: '169.254.169.254', port: 80, deadlineMs: 50 }
  const flags = ['--allow-targets', 'metadata']
  expect((await refused(flags, { kind: 'tcp', ...check }))?.phase).not.toBe('admission')
  for (const speaking of [
    { kind: 'tcp', ...check, send: 'GET / HTTP/1.0' },
    { kind: 'tls', ...check },
    { kind: 'udp', ...check },
    { kind: 'http', url: 'http://169.254.169.254/' },
  ] as const) {
    expect(await refused(flags, speaking)).toMatchObject({
      reason: 'not_run',
      phase: 'admission',
      detail: expect.stringContaining('nothing is sent'),
    })
  }
})

test('a server that changes its answer between two questions gets no connection to loopback (DNS rebinding)', async () => {
  const answers = [outside, '127.0.0.1']
  const asked: string[] = []
  const server = dns2.createServer({
    udp: true,
    handle(request, send) {
      const response = dns2.Packet.createResponseFromRequest(request)
      const address =
        (request.questions[0] as { type: number }).type === dns2.Packet.TYPE.A
          ? answers[Math.min(asked.length, 1)]!
          : undefined
      if (address === undefined) return void send(response)
      asked.push(address)
      const record = { type: dns2.Packet.TYPE.A, class: dns2.Packet.CLASS.IN, ttl: 0, address }
      response.answers.push(dns2.Packet.createResourceFromQuestion(request.questions[0]!, record))
      void send(response)
    },
  })
  const free = createSocket('udp4').bind(0, '127.0.0.1')
  await once(free, 'listening')
  const { port: dnsPort } = free.address()
  free.close()
  await server.listen({ udp: { port: dnsPort, address: '127.0.0.1' } })
  onTestFinished(() => void server.close())
  const { port, accepted } = await openTarget((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
  })
  const { url } = await startProbe([], routed({ port: dnsPort }))
  const check = { kind: 'http', url: `http://rebind.example:${port}/` } as const
  const [first] = await postChecks(url, [check])
  expect(first?.outcome).toMatchObject({ reason: 'answered', address: outside })
  const [second] = await postChecks(url, [check])
  expect(second?.outcome).toMatchObject({ reason: 'not_run', phase: 'admission', address: '127.0.0.1' })
  expect(asked).toEqual(answers)
  expect(accepted()).toBe(1)
})

test.each([
  ['http://127.0.0.1', '127.0.0.1'],
  ['http://[::ffff:127.0.0.1]', '::ffff:127.0.0.1'],
  ['http://169.254.169.254', '169.254.169.254'],
  ['http://localhost', '127.0.0.1'],
])('a redirect to %s is refused on that hop', async (location) => {
  const inner = await openTarget()
  const { port } = await openTarget((socket) => {
    socket.once('data', () =>
      socket.end(`HTTP/1.1 302 Found\r\nlocation: ${location}:${inner.port}/\r\ncontent-length: 0\r\n\r\n`),
    )
  })
  const outcome = await refused(
    [],
    { kind: 'http', url: `http://${outside}:${port}/`, redirects: 3 },
    routed(undefined, { localhost: ['127.0.0.1'] }),
  )
  expect(outcome).toMatchObject({ reason: 'not_run', phase: 'admission' })
  expect(inner.accepted()).toBe(0)
})

test('the own nameserver may be asked although it is on loopback', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const asked = once(server, 'message')
  const { url } = await startProbe([], routed({ port: server.address().port }))
  const answer = postChecks(url, [{ kind: 'dns', name: 'a.example.', server: '127.0.0.1', deadlineMs: 500 }])
  await asked
  expect((await answer)[0]?.outcome.phase).not.toBe('admission')
})
