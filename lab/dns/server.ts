import { Packet } from 'dns2'
import type { Answer, DnsRecord, Zone } from './answer.ts'

export type Transport = 'udp' | 'tcp'

type DnsPacket = InstanceType<typeof Packet>

/** Maximum octets of a UDP answer to a query without EDNS (RFC 1035 §4.2.1), and to a query with EDNS (RFC 9715 §3). */
const plainLimit = 512
const ednsLimit = 1400
/** Maximum octets of any message (the length field over TCP, RFC 1035 §4.2.2). */
const messageLimit = 65_535

/**
 * Answers one DNS message. An unreadable message gets FORMERR with its identifier, another opcode NOTIMP, another class
 * REFUSED. A UDP answer that is too large has no records and TC set. Returns undefined for a message that is a response
 * or has no identifier.
 */
export function answerPacket(zone: Zone, message: Buffer, transport: Transport): Buffer | undefined {
  if (message.length < 2) return undefined
  const request = parse(message)
  if (request === undefined) return formatError(message.readUInt16BE(0))
  if (request.header.qr === 1) return undefined
  const response = Packet.createResponseFromRequest(request)
  Object.assign(response.header, { ra: 1 })
  const question = request.questions[0]
  const options = request.additionals.find(({ type }) => type === Packet.TYPE.EDNS)
  if (options !== undefined) response.additionals.push(edns())
  if (request.header.opcode !== 0) return refused(response, Packet.RCODE.NOTIMP)
  if (request.errors.length > 0 || request.questions.length !== 1 || question === undefined)
    return refused(response, Packet.RCODE.FORMERR)
  if (question.class !== Packet.CLASS.IN && question.class !== Packet.CLASS.ANY)
    return refused(response, Packet.RCODE.REFUSED)
  fill(response, zone(question.name, Packet.typeName(question.type)))
  const limit = transport === 'tcp' ? messageLimit : udpLimit(options?.class)
  const bytes = response.toBuffer()
  return bytes.length <= limit ? bytes : truncated(response, options !== undefined)
}

/** A message for TCP, prefixed with its length in two octets (RFC 1035 §4.2.2). */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** Splits a TCP stream into messages. Each call takes a chunk and returns the messages that it completes. */
export function createDeframer(): (chunk: Buffer) => readonly Buffer[] {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const messages: Buffer[] = []
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0)
      messages.push(rest.subarray(2, end))
      rest = rest.subarray(end)
    }
    return messages
  }
}

function parse(message: Buffer): DnsPacket | undefined {
  try {
    return Packet.parse(message)
  } catch {
    return undefined
  }
}

/** The answer repeats the case of the queried name, because the encoder points at the question. */
function fill(response: DnsPacket, answer: Answer): void {
  Object.assign(response.header, { rcode: Packet.RCODE[answer.rcode], aa: answer.authoritative ? 1 : 0 })
  const encode = (record: DnsRecord): DnsPacket['answers'][number] =>
    new Packet.Resource({ ...record, type: Packet.TYPE[record.type], class: Packet.CLASS.IN })
  response.answers.push(...answer.records.map(encode))
  response.authorities.push(...answer.authority.map(encode))
  response.additionals.push(...answer.additional.map(encode))
}

function refused(response: DnsPacket, rcode: number): Buffer {
  response.header.rcode = rcode
  return response.toBuffer()
}

function truncated(response: DnsPacket, hasOptions: boolean): Buffer {
  response.header.tc = 1
  Object.assign(response, { answers: [], authorities: [], additionals: hasOptions ? [edns()] : [] })
  return response.toBuffer()
}

function formatError(id: number): Buffer {
  const response = new Packet()
  response.header = new Packet.Header({ id, qr: 1, rcode: Packet.RCODE.FORMERR })
  return response.toBuffer()
}

const udpLimit = (asked = plainLimit): number => Math.min(Math.max(asked, plainLimit), ednsLimit)

const edns = (): DnsPacket['answers'][number] => Packet.Resource.EDNS([], { udpPayloadSize: ednsLimit })
