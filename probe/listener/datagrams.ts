import type { Socket } from 'node:dgram'
import { echoed, type ListenerFacts } from './connection.ts'

const opening = '{"listener":'

/**
 * Answers each datagram of a bound UDP socket with JSON that names the listener and repeats the first bytes. Ignores
 * datagrams that look like such an answer, so that two listeners cannot send to each other forever.
 */
export function serveDatagrams(socket: Socket, facts: ListenerFacts): void {
  socket.on('message', (bytes, peer) => {
    if (bytes.toString('latin1', 0, opening.length) === opening) return
    const { port } = socket.address()
    const from = peer.address.replace(/^::ffff:/, '')
    facts.witness.read(bytes, { at: facts.now(), from, port, protocol: 'udp' })
    const reply = { listener: facts.name, port, peer: from, echo: bytes.toString('utf8', 0, echoed) }
    // A send error (the peer is gone, the path is rejected) is ignored: the source observes the missing answer.
    socket.send(JSON.stringify(reply), peer.port, peer.address, () => undefined)
  })
  // ICMP errors for earlier answers.
  socket.on('error', () => undefined)
}
