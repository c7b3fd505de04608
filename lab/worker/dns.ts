import type { Socket as UdpSocket } from 'node:dgram'
import type { Socket } from 'node:net'
import type { Zone } from '../dns/answer.ts'
import { answerPacket, createDeframer, framed } from '../dns/server.ts'

/** Milliseconds after which a silent client of a DNS stream is let go. */
const idle = 10_000

/** Answers DNS messages that come as datagrams. */
export function answerDatagrams(socket: UdpSocket, zone: Zone): void {
  socket.on('error', () => undefined)
  socket.on('message', (message, { address, port }) => {
    const answer = answerPacket(zone, message, 'udp')
    // An answer that cannot be sent is the asker's finding.
    if (answer !== undefined) socket.send(answer, port, address, () => undefined)
  })
}

/** Answers the DNS messages of one TCP connection in order (RFC 7766). */
export function answerStream(socket: Socket, zone: Zone): void {
  const deframe = createDeframer()
  socket.on('error', () => socket.destroy()).setTimeout(idle, () => socket.destroy())
  socket.on('data', (chunk) => {
    for (const message of deframe(chunk)) {
      const answer = answerPacket(zone, message, 'tcp')
      if (answer !== undefined) socket.write(framed(answer))
    }
  })
}
