import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Packet } from 'dns2'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DnsRecord, Zone } from '../../../lab/dns/answer.ts'
import { answerPacket, createDeframer, framed } from '../../../lab/dns/server.ts'
import { zoneOf } from '../../../lab/dns/zone.ts'
import { pod, service, world } from '../worlds.ts'

const pods = Array.from({ length: 60 }, (_, index) =>
  pod(`x/p${String(index)}`, [`10.1.0.${String(index)}`], { labels: { all: 'yes' } }),
)
const zone = zoneOf(
  world({
    pods,
    services: [
      service('x/web', ['10.96.0.1'], { selector: { pod: 'p0' } }),
      service('x/many', [], { headless: true, selector: { all: 'yes' } }),
    ],
  }),
)

const { A, AAAA, EDNS } = Packet.TYPE

function query(
  name: string,
  type: number = A,
  change: (packet: InstanceType<typeof Packet>) => void = () => undefined,
): Buffer {
  const packet = new Packet()
  packet.header = new Packet.Header({ id: 4711, rd: 1 })
  packet.questions.push(new Packet.Question(name, type, Packet.CLASS.IN))
  change(packet)
  return packet.toBuffer()
}

function answer(message: Buffer, transport: 'udp' | 'tcp' = 'udp', of: Zone = zone) {
  const bytes = answerPacket(of, message, transport)
  if (bytes === undefined) throw new Error('no answer')
  return Object.assign(Packet.parse(bytes), { length: bytes.length })
}

describe('answerPacket', () => {
  test('repeats the identifier and the question as it was asked, and answers under that name', () => {
    const { header, questions, answers } = answer(query('WeB.x.SVC.cluster.local'))
    expect(header).toMatchObject({ id: 4711, qr: 1, aa: 1, rd: 1, ra: 1, tc: 0, rcode: Packet.RCODE.NOERROR })
    expect(questions[0]).toMatchObject({ name: 'WeB.x.SVC.cluster.local', type: A })
    expect(answers).toMatchObject([{ name: 'WeB.x.SVC.cluster.local', address: '10.96.0.1', ttl: 30 }])
  })

  test('gives NXDOMAIN and NODATA with the zone’s SOA', () => {
    expect(answer(query('none.x.svc.cluster.local'))).toMatchObject({
      header: { rcode: Packet.RCODE.NXDOMAIN },
      answers: [],
      authorities: [{ name: 'cluster.local', primary: 'ns.dns.cluster.local', minimum: 30 }],
    })
    expect(answer(query('web.x.svc.cluster.local', AAAA))).toMatchObject({
      header: { rcode: Packet.RCODE.NOERROR },
      answers: [],
      authorities: [{ name: 'cluster.local' }],
    })
  })

  test('truncates over UDP what exceeds 512 octets, or what EDNS allows, and gives everything over TCP', () => {
    const name = 'many.x.svc.cluster.local'
    const roomy = (packet: InstanceType<typeof Packet>) =>
      packet.additionals.push(Packet.Resource.EDNS([], { udpPayloadSize: 4096 }))
    const tight = (packet: InstanceType<typeof Packet>) =>
      packet.additionals.push(Packet.Resource.EDNS([], { udpPayloadSize: 100 }))
    const short = answer(query(name))
    expect([short.header.tc, short.answers.length, short.length <= 512]).toEqual([1, 0, true])
    expect(answer(query(name, A, roomy))).toMatchObject({
      header: { tc: 0 },
      answers: { length: 60 },
      additionals: [{ type: EDNS }],
    })
    expect(answer(query('none.x.svc.cluster.local', A, tight))).toMatchObject({
      header: { tc: 0 },
      authorities: { length: 1 },
    })
    expect(answer(query(name), 'tcp')).toMatchObject({ header: { tc: 0 }, answers: { length: 60 }, additionals: [] })
  })

  test('says FORMERR to what it cannot read, NOTIMP to other opcodes, REFUSED to other classes', () => {
    const rcode = (message: Buffer) => answer(message).header.rcode
    expect(rcode(query('web.x.svc.cluster.local').subarray(0, 20))).toBe(Packet.RCODE.FORMERR)
    const promising = query('web.x.svc.cluster.local')
    promising.writeUInt16BE(1, 10)
    expect(rcode(promising)).toBe(Packet.RCODE.FORMERR)
    expect(rcode(Buffer.from([0x12, 0x34, 1]))).toBe(Packet.RCODE.FORMERR)
    expect(rcode(query('a', A, ({ questions }) => questions.push(new Packet.Question('b', A, 1))))).toBe(
      Packet.RCODE.FORMERR,
    )
    expect(rcode(query('a', A, ({ questions }) => questions.pop()))).toBe(Packet.RCODE.FORMERR)
    expect(rcode(query('a', A, ({ header }) => Object.assign(header, { opcode: 2 })))).toBe(Packet.RCODE.NOTIMP)
    expect(rcode(query('a', A, ({ questions }) => Object.assign(questions[0]!, { class: 3 })))).toBe(
      Packet.RCODE.REFUSED,
    )
  })

  test('says nothing to an answer, nor to a message without identifier', () => {
    expect(answerPacket(zone, answerPacket(zone, query('a'), 'udp')!, 'udp')).toBeUndefined()
    expect(answerPacket(zone, Buffer.from([1]), 'udp')).toBeUndefined()
  })

  test('encodes every kind of record', () => {
    const soa = { primary: 'ns.z', admin: 'admin.z', serial: 1, refresh: 2, retry: 3, expiration: 4, minimum: 5 }
    const records: readonly DnsRecord[] = [
      { name: 'z', ttl: 30, type: 'A', address: '192.0.2.1' },
      { name: 'z', ttl: 30, type: 'AAAA', address: '2001:db8::1' },
      { name: 'z', ttl: 30, type: 'CNAME', domain: 'y.z' },
      { name: 'z', ttl: 30, type: 'PTR', domain: 'x.z' },
      { name: 'z', ttl: 30, type: 'NS', ns: 'ns.z' },
      { name: 'z', ttl: 30, type: 'SRV', priority: 0, weight: 50, port: 80, target: 't.z' },
      { name: 'z', ttl: 30, type: 'SOA', ...soa },
    ]
    const all: Zone = () => ({
      rcode: 'NOERROR',
      authoritative: false,
      records,
      authority: [],
      additional: records.slice(0, 1),
    })
    const { answers, additionals, header } = answer(query('z'), 'tcp', all)
    expect(answers).toMatchObject(records.map(({ type, ...rest }) => ({ ...rest, type: Packet.TYPE[type] })))
    expect(additionals).toMatchObject([{ address: '192.0.2.1' }])
    expect(header.aa).toBe(0)
  })

  test('encodes text', () => {
    const text = answer(query('dns-version.cluster.local', Packet.TYPE.TXT)).answers[0]
    expect(text?.data).toEqual(['1.1.0'])
  })

  test('never throws, whatever comes', () => {
    const valid = query('web.x.svc.cluster.local')
    const broken = fc.tuple(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length)).map(([at, value, end]) => {
      const bytes = Buffer.from(valid)
      bytes[at] = value
      return bytes.subarray(0, end)
    })
    const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.oneof(noise, broken), fc.constantFrom('udp' as const, 'tcp' as const), (message, transport) => {
        const bytes = answerPacket(zone, message, transport)
        if (bytes !== undefined) expect(bytes.subarray(0, 2)).toEqual(message.subarray(0, 2))
      }),
      { numRuns: 2000 },
    )
  })

  test('serves a UDP socket', async () => {
    const server = createSocket('udp4').on('message', (message, { port, address }) => {
      server.send(answerPacket(zone, message, 'udp')!, port, address)
    })
    const client = createSocket('udp4')
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    client.send(query('web.x.svc.cluster.local'), server.address().port, '127.0.0.1')
    const [message] = (await once(client, 'message')) as [Buffer]
    expect(Packet.parse(message).answers).toMatchObject([{ address: '10.96.0.1' }])
    server.close()
    client.close()
  })
})

describe('createDeframer', () => {
  test('finds the messages of a stream however it is cut', () => {
    const messages = [query('a'), Buffer.alloc(0), query('b.c')]
    const stream = Buffer.concat(messages.map(framed))
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: stream.length, maxLength: stream.length }),
        (steps) => {
          const next = createDeframer()
          const found: Buffer[] = []
          let at = 0
          for (const step of steps) {
            found.push(...next(stream.subarray(at, at + step)))
            at += step
          }
          expect(found.map((each) => each.toString('hex'))).toEqual(messages.map((each) => each.toString('hex')))
        },
      ),
      { numRuns: 50 },
    )
  })
})
