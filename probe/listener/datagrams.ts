import type { Socket } from 'node:dgram'
import { echoed, type ListenerFacts } from './connection.ts'

const opening = '{"listener":'

/**
 * Answers each datagram of a bound UDP socket with one of JSON that names the listener and repeats the first bytes.
 * What looks like such an answer gets none, so that two listeners cannot be set to talk to each other for ever.
 */
export function serveDatagrams(socket: Socket, facts: ListenerFacts): void {
  socket.on('message', (bytes, peer) => {
    if (bytes.toString('latin1', 0, opening.length) === opening) return
    const { port } = socket.address()
    const from = peer.address.replace(/^::ffff:/, '')
    facts.witness.read(bytes, { at: facts.now(), from, port, protocol: 'udp' })
    const reply = { listener: facts.name, port, peer: from, echo: bytes.toString('utf8', 0, echoed) }
    // An answer that cannot be sent (the peer is gone, the path is rejected) is the asker's finding, not ours.
    socket.send(JSON.stringify(reply), peer.port, peer.address, () => undefined)
  })
  // ICMP errors for earlier answers.
  socket.on('error', () => undefined)
}
