import { describe, expect, test } from 'vitest'
import type { Reason } from '../../checks/outcome.ts'
import { loopback, outcomeOf } from './loopback.ts'
import { type Answering, closedPort, dnsServer, record, udpServer, withRcode } from './servers.ts'

const server = '127.0.0.1'

async function asked(answer: Answering, search: readonly string[] = []) {
  const { ports } = await dnsServer(answer)
  return loopback({ nameservers: [server], search, ndots: 5, ports: { [server]: ports } })
}

describe('dns', () => {
  test('an answer brings the records, the name, the server and the address of the socket', async () => {
    const vantage = await asked(
      ({ name }, response) => {
        if (name !== 'api.app.test') return withRcode(response, 'NXDOMAIN')
        response.answers.push(record(name, 'A', { address: '10.96.0.7' }))
        return response
      },
      ['app.test'],
    )
    const outcome = await outcomeOf({ kind: 'dns', name: 'api' }, vantage)
    expect(outcome).toMatchObject({
      reason: 'answered',
      phase: 'resolve',
      address: server,
      port: 53,
      localAddress: server,
    })
    expect(outcome.dns).toMatchObject({ name: 'api.app.test', records: [{ type: 'A', data: '10.96.0.7', ttl: 30 }] })
  })

  test('a server on another port is asked there, over UDP and TCP', async () => {
    const { ports } = await dnsServer(({ name }, response) => {
      response.answers.push(record(name, 'A', { address: '10.96.0.7' }))
      return response
    })
    const outcome = await outcomeOf({ kind: 'dns', name: 'api.', server, port: ports.udp }, loopback())
    expect(outcome).toMatchObject({ reason: 'answered', address: server, port: ports.udp })
  })

  test('records are written as in a zone file', async () => {
    const vantage = await asked(({ name, type }, response) => {
      if (type === 'SRV')
        response.answers.push(record(name, 'SRV', { priority: 0, weight: 33, port: 9092, target: 'kafka-0.kafka' }))
      if (type === 'TXT') response.answers.push(record(name, 'TXT', { data: ['dns-', 'version=1'] }))
      return response
    })
    const srv = await outcomeOf({ kind: 'dns', name: '_kafka._tcp.kafka', type: 'SRV' }, vantage)
    expect(srv.dns?.records[0]?.data).toBe('0 33 9092 kafka-0.kafka')
    const txt = await outcomeOf({ kind: 'dns', name: 'dns-version', type: 'TXT' }, vantage)
    expect(txt.dns?.records[0]?.data).toBe('dns-version=1')
  })

  test.each<[Parameters<typeof withRcode>[1], Reason]>([
    ['NXDOMAIN', 'dns_nxdomain'],
    ['NOERROR', 'dns_nodata'],
    ['SERVFAIL', 'dns_servfail'],
    ['REFUSED', 'dns_refused'],
    ['NOTIMP', 'dns_badresp'],
    ['FORMERR', 'dns_badresp'],
  ])('rcode %s without records is %s', async (rcode, reason) => {
    const vantage = await asked((_question, response) => withRcode(response, rcode))
    const outcome = await outcomeOf({ kind: 'dns', name: 'a.' }, vantage)
    expect(outcome).toMatchObject({ reason, phase: 'resolve' })
    expect(outcome.dns?.questions[0]).toMatchObject({ name: 'a', rcode })
  })

  test('a record of another name is no answer', async () => {
    const vantage = await asked((_question, response) => {
      response.answers.push(record('stranger.test', 'A', { address: '10.0.0.1' }))
      return response
    })
    expect(await outcomeOf({ kind: 'dns', name: 'a.' }, vantage)).toMatchObject({ reason: 'dns_nodata' })
  })

  test('an answer that does not decode is a bad response', async () => {
    const vantage = await asked((_question, response) => {
      response.answers.push(record('a', 'A', { address: '10.0.0.1' }))
      const bytes = response.toBuffer()
      return bytes.subarray(0, bytes.length - 2)
    })
    const outcome = await outcomeOf({ kind: 'dns', name: 'a.', deadlineMs: 200 }, vantage)
    expect(outcome).toMatchObject({
      reason: 'dns_badresp',
      dns: { questions: [{ rcode: 'BADRESP' }, { rcode: 'BADRESP' }] },
    })
  })

  test('a server that was heard once is not taken for silent, though it then is', async () => {
    let heard = 0
    const port = await udpServer((bytes, from, socket) => {
      if (heard++ === 0) socket.send(bytes.subarray(0, 3), from.port, from.address)
    })
    const vantage = loopback({ nameservers: [server], ports: { [server]: { udp: port } } })
    const outcome = await outcomeOf({ kind: 'dns', name: 'a.', deadlineMs: 200 }, vantage)
    expect(outcome).toMatchObject({
      reason: 'dns_badresp',
      dns: { questions: [{ rcode: 'BADRESP' }, { rcode: 'TIMEOUT' }] },
    })
  })

  test('a silent server is a timeout, and the question that was out is among those reported', async () => {
    const silent = await udpServer(() => {})
    const vantage = loopback({ nameservers: [server], ports: { [server]: { udp: silent } } })
    const outcome = await outcomeOf({ kind: 'dns', name: 'a', deadlineMs: 80 }, vantage)
    expect(outcome).toMatchObject({ reason: 'dns_timeout', phase: 'resolve' })
    expect(outcome.dns?.questions.map(({ rcode }) => rcode)).toEqual(['TIMEOUT', 'TIMEOUT'])
  })

  test('a server at whose port nobody listens is unreachable', async () => {
    const vantage = loopback({ nameservers: [server], ports: { [server]: { udp: await closedPort() } } })
    expect(await outcomeOf({ kind: 'dns', name: 'a' }, vantage)).toMatchObject({ reason: 'dns_unreachable' })
  })

  test('the server of the check is asked instead of those of resolv.conf', async () => {
    const { ports, asked: questions } = await dnsServer((_question, response) => withRcode(response, 'NXDOMAIN'))
    const vantage = loopback({ nameservers: ['127.0.0.9'], ports: { [server]: ports } })
    expect(await outcomeOf({ kind: 'dns', name: 'a.', server }, vantage)).toMatchObject({ reason: 'dns_nxdomain' })
    expect(questions).toEqual(['a A'])
  })

  test('the server of the check must be admitted, those of resolv.conf need not', async () => {
    const vantage = await asked((_question, response) => withRcode(response, 'NXDOMAIN'))
    const admit = (address: string, port: number): string => `${address}:${port} is not allowed`
    const refused = await outcomeOf({ kind: 'dns', name: 'a.', server }, vantage, { admit })
    expect(refused).toMatchObject({ reason: 'not_run', phase: 'admission', detail: '127.0.0.1:53 is not allowed' })
    expect(await outcomeOf({ kind: 'dns', name: 'a.' }, vantage, { admit })).toMatchObject({ reason: 'dns_nxdomain' })
  })
})
