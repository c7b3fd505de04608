import { Packet } from 'dns2'
import type { DnsFacts, Question } from '../outcome.ts'

export type QuestionType = Question['type']
export type DnsRecord = DnsFacts['records'][number]

/** One query as bytes, with the fields that its answer must repeat. */
export interface Query {
  readonly id: number
  readonly name: string
  readonly type: QuestionType
  readonly bytes: Buffer
}

/** How a datagram relates to a query. `foreign` is not its answer, and is ignored as RFC 5452 §9 requires. */
export type Message =
  | {
      readonly kind: 'answer'
      readonly rcode: string
      readonly truncated: boolean
      readonly records: readonly DnsRecord[]
    }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'malformed'; readonly detail: string }

type Resource = InstanceType<typeof Packet>['answers'][number]

const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

/** The text form of a record's data, as in a zone file. Other types are in hexadecimal (RFC 3597). */
const dataOf: Readonly<Record<number, (record: Resource) => string>> = {
  [Packet.TYPE.A]: (record) => record.address ?? '',
  [Packet.TYPE.AAAA]: (record) => record.address ?? '',
  [Packet.TYPE.CNAME]: (record) => record.domain ?? '',
  [Packet.TYPE.PTR]: (record) => record.domain ?? '',
  [Packet.TYPE.NS]: (record) => record.ns ?? '',
  [Packet.TYPE.MX]: (record) => `${record.priority} ${record.exchange}`,
  [Packet.TYPE.SRV]: (record) => `${record.priority} ${record.weight} ${record.port} ${record.target}`,
  [Packet.TYPE.TXT]: (record) => (Array.isArray(record.data) ? record.data : [record.data]).join(''),
  [Packet.TYPE.SOA]: (record) =>
    [record.primary, record.admin, record.serial, record.refresh, record.retry, record.expiration, record.minimum].join(
      ' ',
    ),
}

/** A recursive query with a random identifier (RFC 5452 §4.5), without EDNS, which is glibc's default. */
export function makeQuery(name: string, type: QuestionType): Query {
  const packet = new Packet()
  const id = Packet.uuid()
  packet.header = new Packet.Header({ id, rd: 1 } as object)
  packet.questions = [new Packet.Question({ name, type: Packet.TYPE[type], class: Packet.CLASS.IN })]
  return { id, name, type, bytes: packet.toBuffer() }
}

/** Parses a datagram as the answer to the query. The identifier and the question must match (RFC 5452 §9.1). */
export function readMessage(bytes: Buffer, query: Query): Message {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== query.id) return { kind: 'foreign' }
  let packet: InstanceType<typeof Packet>
  try {
    packet = Packet.parse(bytes)
  } catch (error) {
    return { kind: 'malformed', detail: error instanceof Error ? error.message : 'not a DNS message' }
  }
  const { header, questions, errors } = packet
  const unreadable = errors[0]
  if (header.qr !== 1) return { kind: 'foreign' }
  const rcode = rcodes[header.rcode] ?? `RCODE${header.rcode}`
  // A server that cannot parse the question cannot repeat it (RFC 1035 §4.1.1, FORMERR).
  const bare = questions.length === 0 && rcode !== 'NOERROR' && rcode !== 'NXDOMAIN'
  if (!bare && !repeats(questions[0], query)) return { kind: 'foreign' }
  const truncated = header.tc === 1
  if (unreadable !== undefined && !truncated) return { kind: 'malformed', detail: unreadable.message }
  return { kind: 'answer', rcode, truncated, records: packet.answers.map(toRecord) }
}

function repeats(question: InstanceType<typeof Packet>['questions'][number] | undefined, query: Query): boolean {
  return (
    question !== undefined &&
    question.name.toLowerCase() === query.name.toLowerCase() &&
    question.type === Packet.TYPE[query.type] &&
    question.class === Packet.CLASS.IN
  )
}

function toRecord(record: Resource): DnsRecord {
  const write = dataOf[record.type]
  const data = write === undefined ? hexadecimal(record.data) : write(record)
  return { name: record.name, type: Packet.typeName(record.type), data, ttl: record.ttl }
}

function hexadecimal(data: Resource['data']): string {
  return Buffer.isBuffer(data) ? data.toString('hex') : ''
}
