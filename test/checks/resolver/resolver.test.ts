import { describe, expect, test } from 'vitest'
import { createResolver } from '../../../checks/resolver/resolver.ts'
import { loopback, outcomeOf } from '../loopback.ts'
import { type Answering, closedPort, dnsServer, record, tcpServer, udpServer, withRcode } from '../servers.ts'

const server = '127.0.0.1'
const other = '127.0.0.2'

/** A pod's resolver over one server, and a TCP listener that the names lead to. */
async function pod(answer: Answering, search: readonly string[] = ['app.svc.test', 'svc.test']) {
  const { ports, asked } = await dnsServer(answer)
  const port = await tcpServer(() => {})
  return { vantage: loopback({ nameservers: [server], search, ndots: 5, ports: { [server]: ports } }), asked, port }
}

const address: Answering = ({ name, type }, response) => {
  if (type === 'A') response.answers.push(record(name, 'A', { address: '127.0.0.1' }))
  return response
}

describe('the resolver', () => {
  test('asks each candidate of the search list and reports each question with its rcode', async () => {
    const { vantage, port } = await pod((question, response) =>
      question.name === 'api.svc.test' ? address(question, response) : withRcode(response, 'NXDOMAIN'),
    )
    const outcome = await outcomeOf({ kind: 'tcp', host: 'api', port }, vantage)
    expect(outcome).toMatchObject({ reason: 'connected', address: '127.0.0.1', dns: { name: 'api.svc.test' } })
    expect(outcome.dns?.questions).toMatchObject([
      { name: 'api.app.svc.test', type: 'A', server, transport: 'udp', rcode: 'NXDOMAIN' },
      { name: 'api.svc.test', type: 'A', server, transport: 'udp', rcode: 'NOERROR' },
    ])
    expect(outcome.dns?.records).toEqual([{ name: 'api.svc.test', type: 'A', data: '127.0.0.1', ttl: 30 }])
  })

  test('follows CNAME records within the answer', async () => {
    const { vantage, port } = await pod(({ name, type }, response) => {
      response.answers.push(record(name, 'CNAME', { domain: 'Db.example.test' }))
      if (type === 'A') response.answers.push(record('db.example.test', 'A', { address: '127.0.0.1' }))
      return response
    })
    expect(await outcomeOf({ kind: 'tcp', host: 'ext.', port }, vantage)).toMatchObject({
      reason: 'connected',
      address: '127.0.0.1',
    })
  })

  test('does not take an address that belongs to another name', async () => {
    const { vantage, port } = await pod((_question, response) => {
      response.answers.push(record('stranger.test', 'A', { address: '127.0.0.1' }))
      return response
    })
    expect(await outcomeOf({ kind: 'tcp', host: 'a.', port }, vantage)).toMatchObject({ reason: 'dns_nodata' })
  })

  test('takes its own address although that of another name stands first', async () => {
    const { vantage, port } = await pod(({ name }, response) => {
      response.answers.push(record('stranger.test', 'A', { address: '127.0.0.9' }))
      response.answers.push(record(name, 'A', { address: '127.0.0.1' }))
      return response
    })
    expect(await outcomeOf({ kind: 'tcp', host: 'a.', port }, vantage)).toMatchObject({ address: '127.0.0.1' })
  })

  test('asks for AAAA where there is no A', async () => {
    const { vantage, asked, port } = await pod(({ name, type }, response) => {
      if (type === 'AAAA') response.answers.push(record(name, 'AAAA', { address: '0:0:0:0:0:0:0:1' }))
      return response
    })
    expect(await outcomeOf({ kind: 'tcp', host: 'six.', port }, vantage)).toMatchObject({ address: '::1' })
    expect(asked).toEqual(['six A', 'six AAAA'])
  })

  test('asks only for the family of the check', async () => {
    const { vantage, asked, port } = await pod(address)
    expect(await outcomeOf({ kind: 'tcp', host: 'a.', port, family: 6 }, vantage)).toMatchObject({
      reason: 'dns_nodata',
    })
    expect(asked).toEqual(['a AAAA'])
  })

  test('takes the hosts file before any server', async () => {
    const port = await tcpServer(() => {})
    const vantage = loopback({ hosts: { 'db.local': ['::1', '127.0.0.1'] } })
    const outcome = await outcomeOf({ kind: 'tcp', host: 'DB.local.', port }, vantage)
    expect(outcome).toMatchObject({ reason: 'connected', address: '127.0.0.1' })
    expect(outcome).not.toHaveProperty('dns')
  })

  test('asks over TCP when the answer was cut, and dials the address of the whole one', async () => {
    const { vantage, port } = await pod(({ name }, response) => {
      for (let i = 0; i < 60; i++) response.answers.push(record(name, 'A', { address: '127.0.0.1' }))
      return response
    })
    const outcome = await outcomeOf({ kind: 'tcp', host: 'many.', port }, vantage)
    expect(outcome.reason).toBe('connected')
    expect(outcome.dns?.questions.map(({ transport }) => transport)).toEqual(['udp', 'tcp'])
    expect(outcome.dns?.records).toHaveLength(60)
  })

  test('turns to the next server when the first is silent or fails', async () => {
    const good = await dnsServer(address)
    const silent = await udpServer(() => {})
    const failing = await dnsServer((_question, response) => withRcode(response, 'SERVFAIL'))
    const port = await tcpServer(() => {})
    const ports = { '127.0.0.3': { udp: silent }, [other]: failing.ports, [server]: good.ports }
    const vantage = loopback({ nameservers: ['127.0.0.3', other, server], ports })
    const outcome = await outcomeOf({ kind: 'tcp', host: 'a', port, deadlineMs: 1200 }, vantage)
    expect(outcome.reason).toBe('connected')
    expect(outcome.dns?.questions.map(({ server, rcode }) => `${server} ${rcode}`)).toEqual([
      '127.0.0.3 TIMEOUT',
      '127.0.0.2 SERVFAIL',
      '127.0.0.1 NOERROR',
    ])
  })

  test('asks once more when the first datagram is lost', async () => {
    let queries = 0
    const { vantage, port } = await pod((question, response) =>
      ++queries === 1 ? undefined : address(question, response),
    )
    const outcome = await outcomeOf({ kind: 'tcp', host: 'a.', port, deadlineMs: 400 }, vantage)
    expect(outcome.reason).toBe('connected')
    expect(outcome.dns?.questions.map(({ rcode }) => rcode)).toEqual(['TIMEOUT', 'NOERROR'])
  })

  test('refuses an answer with another identifier or to another question', async () => {
    const { vantage, port } = await pod((question, response) => {
      address(question, response)
      if (question.name === 'forged') response.header.id ^= 1
      else Object.assign(response.questions[0] as object, { name: 'stranger' })
      return response
    })
    for (const host of ['forged.', 'a.']) {
      const outcome = await outcomeOf({ kind: 'tcp', host, port, deadlineMs: 200 }, vantage)
      expect(outcome).toMatchObject({
        reason: 'dns_badresp',
        dns: { questions: [{ rcode: 'BADRESP' }, { rcode: 'BADRESP' }] },
      })
    }
  })

  test('reports a name that DNS cannot carry as not run, without asking', async () => {
    const { vantage, asked, port } = await pod(address, [])
    expect(await outcomeOf({ kind: 'tcp', host: 'x'.repeat(64), port }, vantage)).toMatchObject({ reason: 'not_run' })
    expect(asked).toEqual([])
  })

  test('goes on as glibc does: after SERVFAIL to the next domain, after REFUSED only to the name itself', async () => {
    const servfail = await pod((_question, response) => withRcode(response, 'SERVFAIL'))
    expect(await outcomeOf({ kind: 'tcp', host: 'a', port: 9 }, servfail.vantage)).toMatchObject({
      reason: 'dns_servfail',
    })
    expect([...new Set(servfail.asked)]).toEqual(['a.app.svc.test A', 'a.svc.test A', 'a A'])
    const refused = await pod((_question, response) => withRcode(response, 'REFUSED'))
    expect(await outcomeOf({ kind: 'tcp', host: 'a', port: 9 }, refused.vantage)).toMatchObject({
      reason: 'dns_refused',
    })
    expect([...new Set(refused.asked)]).toEqual(['a.app.svc.test A', 'a A'])
  })

  test('reports no data when any candidate of the search list exists', async () => {
    const { vantage } = await pod(({ name }, response) =>
      name === 'a.app.svc.test' ? response : withRcode(response, 'NXDOMAIN'),
    )
    expect(await outcomeOf({ kind: 'tcp', host: 'a', port: 9 }, vantage)).toMatchObject({ reason: 'dns_nodata' })
  })

  test('reports the name itself when that was asked first', async () => {
    const { vantage } = await pod(({ name }, response) =>
      name === 'a.b.c.d.e.f' ? withRcode(response, 'NXDOMAIN') : response,
    )
    expect(await outcomeOf({ kind: 'tcp', host: 'a.b.c.d.e.f', port: 9 }, vantage)).toMatchObject({
      reason: 'dns_nxdomain',
    })
  })
})

describe('a resolver of a batch', () => {
  test('asks once for the same name, however many checks ask at the same time or later', async () => {
    const { vantage, asked, port } = await pod(address)
    const resolver = createResolver(vantage)
    const batch = Array.from({ length: 300 }, () => outcomeOf({ kind: 'tcp', host: 'a.', port }, vantage, { resolver }))
    const outcomes = await Promise.all(batch)
    outcomes.push(await outcomeOf({ kind: 'tcp', host: 'a.', port }, vantage, { resolver }))
    expect(new Set(outcomes.map(({ reason }) => reason))).toEqual(new Set(['connected']))
    expect(outcomes.every(({ dns }) => dns?.questions.length === 1)).toBe(true)
    expect(asked).toEqual(['a A'])
  })

  test('reports a shared question once, also when a second attempt uses its answer', async () => {
    const { vantage, asked } = await pod(address)
    const outcome = await outcomeOf({ kind: 'tcp', host: 'a.', port: await closedPort(), attempts: 2 }, vantage)
    expect(outcome).toMatchObject({ reason: 'connect_refused', attempts: 2 })
    expect(outcome.dns?.questions).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  test('asks anew after a failure', async () => {
    let healthy = false
    const { vantage, port } = await pod((question, response) =>
      healthy ? address(question, response) : withRcode(response, 'SERVFAIL'),
    )
    const resolver = createResolver(vantage)
    expect(await outcomeOf({ kind: 'tcp', host: 'a.', port }, vantage, { resolver })).toMatchObject({
      reason: 'dns_servfail',
    })
    healthy = true
    expect(await outcomeOf({ kind: 'tcp', host: 'a.', port }, vantage, { resolver })).toMatchObject({
      reason: 'connected',
    })
  })

  test('gives a patient check its time although an impatient one asked first', async () => {
    const silent = await udpServer(() => {})
    const vantage = loopback({ nameservers: [server], ports: { [server]: { udp: silent } } })
    const resolver = createResolver(vantage)
    const [impatient, patient] = await Promise.all([
      outcomeOf({ kind: 'tcp', host: 'a.', port: 9, deadlineMs: 40 }, vantage, { resolver }),
      outcomeOf({ kind: 'tcp', host: 'a.', port: 9, deadlineMs: 300 }, vantage, { resolver }),
    ])
    expect([impatient.reason, patient.reason]).toEqual(['dns_timeout', 'dns_timeout'])
    expect(patient.durations.resolve).toBeGreaterThan(200)
    expect(impatient.dns?.questions.every(({ rcode }) => rcode === 'TIMEOUT')).toBe(true)
  })

  test('a check without a free place among the questions is not run, never a DNS timeout', async () => {
    const silent = await udpServer(() => {})
    const vantage = loopback({ nameservers: [server], ports: { [server]: { udp: silent } } })
    const controller = new AbortController()
    const { signal } = controller
    const patient = Array.from({ length: 50 }, (_, i) =>
      outcomeOf({ kind: 'dns', name: `n${i}.`, deadlineMs: 60_000 }, vantage, { signal }),
    )
    const late = await Promise.all([
      outcomeOf({ kind: 'dns', name: 'late.', deadlineMs: 50 }, vantage),
      outcomeOf({ kind: 'tcp', host: 'late.', port: 9, deadlineMs: 50 }, vantage),
    ])
    expect(late.map(({ reason, phase }) => `${reason} ${phase}`)).toEqual(['not_run resolve', 'not_run resolve'])
    controller.abort()
    expect(new Set((await Promise.all(patient)).map(({ reason }) => reason))).toEqual(new Set(['not_run']))
  })

  test('a server at whose port nobody listens ends the search at once', async () => {
    const closed = await closedPort()
    const vantage = loopback({ nameservers: [server], search: ['a', 'b'], ports: { [server]: { udp: closed } } })
    const outcome = await outcomeOf({ kind: 'tcp', host: 'x', port: 9 }, vantage)
    expect(outcome).toMatchObject({ reason: 'dns_unreachable', phase: 'resolve' })
    expect(outcome.dns?.questions.map(({ name, rcode }) => `${name} ${rcode}`)).toEqual([
      'x.a UNREACHABLE',
      'x.a UNREACHABLE',
    ])
  })
})
