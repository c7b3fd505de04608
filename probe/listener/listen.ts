import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type ListenerFacts, serveConnection } from './connection.ts'
import { serveDatagrams } from './datagrams.ts'

export interface Listeners {
  /** The opened ports, in the given order (0 becomes the port that the system chose). */
  readonly tcp: readonly number[]
  readonly udp: readonly number[]
  /** Closes all ports and all connections. */
  close(): void
}

export interface ListenPorts {
  readonly tcp: readonly number[]
  readonly udp: readonly number[]
  /** Maximum connections over all TCP ports. Further connections are closed immediately. */
  readonly connections: number
}

/** A burst of connections must not overflow a listener's accept queue, because a lost SYN looks like "blocked". */
const backlog = 4096

/**
 * Opens the ports on all addresses of both families. Rejects with the system's error (EADDRINUSE, EACCES) and closes
 * the ports that were already open.
 */
export async function listen(ports: ListenPorts, facts: ListenerFacts): Promise<Listeners> {
  const open = new Set<Socket>()
  const servers = ports.tcp.map(() => createServer((socket) => accept(socket, open, ports.connections, facts)))
  const sockets: UdpSocket[] = []
  const close = () => {
    for (const server of servers) server.close()
    for (const socket of open) socket.destroy()
    for (const socket of sockets) socket.close()
  }
  try {
    const tcp = await Promise.all(servers.map((server, index) => bindTcp(server, ports.tcp[index]!)))
    for (const port of ports.udp) sockets.push(await bindUdp(port))
    for (const socket of sockets) serveDatagrams(socket, facts)
    return { tcp, udp: sockets.map((socket) => socket.address().port), close }
  } catch (error) {
    close()
    throw error
  }
}

function accept(socket: Socket, open: Set<Socket>, bound: number, facts: ListenerFacts): void {
  if (open.size >= bound) return void socket.destroy()
  open.add(socket)
  socket.once('close', () => open.delete(socket))
  serveConnection(socket, facts)
}

async function bindTcp(server: Server, port: number): Promise<number> {
  server.listen({ port, backlog })
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

/** `udp6` without `ipv6Only` serves both families. A system without IPv6 does not support it. */
async function bindUdp(port: number): Promise<UdpSocket> {
  try {
    return await bindFamily('udp6', port)
  } catch (error) {
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return bindFamily('udp4', port)
  }
}

async function bindFamily(type: 'udp4' | 'udp6', port: number): Promise<UdpSocket> {
  const socket = createSocket({ type })
  try {
    socket.bind(port)
    await once(socket, 'listening')
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}
