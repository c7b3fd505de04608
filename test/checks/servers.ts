import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { createServer as createDnsServer, Packet } from 'dns2'
import { onTestFinished } from 'vitest'

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')

export const authority = fixture('ca.crt')
export const identity = { key: fixture('server.key'), cert: fixture('server.crt') }
export const expiredIdentity = { key: fixture('expired.key'), cert: fixture('expired.crt') }

/** Listens on a free port of 127.0.0.1 until the test ends, and gives the port. */
export async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

export const tcpServer = (onConnection: (socket: Socket) => void): Promise<number> =>
  listening(createServer(onConnection))

export const httpServer = (onRequest: RequestListener): Promise<number> => listening(createHttpServer(onRequest))

export function tlsServer(options: TlsOptions = {}): Promise<number> {
  const server = createTlsServer({ ...identity, ...options }, (socket) => socket.on('error', () => {}))
  return listening(server.on('tlsClientError', () => {}))
}

/** A port of 127.0.0.1 at which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export async function udpServer(
  onMessage: (bytes: Buffer, from: RemoteInfo, socket: UdpSocket) => void,
): Promise<number> {
  const socket = createSocket('udp4')
  socket.on('message', (bytes, from) => onMessage(bytes, from, socket))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return socket.address().port
}

type Response = InstanceType<typeof Packet>
export type Answering = (
  question: { readonly name: string; readonly type: string },
  response: Response,
) => Response | Buffer | undefined

export interface DnsServer {
  readonly ports: { readonly udp: number; readonly tcp: number }
  /** `name type`, in the order in which they came. */
  readonly asked: string[]
}

/** dns2's server over UDP and TCP; `answer` fills the response, gives raw bytes, or nothing for silence. */
export async function dnsServer(answer: Answering): Promise<DnsServer> {
  const asked: string[] = []
  const server = createDnsServer({
    udp: true,
    tcp: true,
    handle(request, send) {
      const question = request.questions[0]
      if (question === undefined) return
      const type = Packet.typeName(question.type)
      asked.push(`${question.name} ${type}`)
      const response = answer({ name: question.name, type }, Packet.createResponseFromRequest(request))
      if (response !== undefined) void send(response)
    },
  })
  const local = { port: 0, address: '127.0.0.1' }
  const { udp, tcp } = await server.listen({ udp: local, tcp: local })
  onTestFinished(() => server.close())
  return { ports: { udp: udp?.port ?? 0, tcp: tcp?.port ?? 0 }, asked }
}

/** A record with the fields that its type has. */
export function record(
  name: string,
  type: 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'TXT',
  data: object,
): Response['answers'][number] {
  return { name, type: Packet.TYPE[type], class: Packet.CLASS.IN, ttl: 30, ...data } as Response['answers'][number]
}

export function withRcode(response: Response, rcode: keyof typeof Packet.RCODE): Response {
  response.header.rcode = Packet.RCODE[rcode]
  return response
}
