import type { Socket as UdpSocket } from 'node:dgram'
import type { Socket } from 'node:net'
import type { Zone } from '../dns/answer.ts'
import { answerPacket, createDeframer, framed } from '../dns/server.ts'

/** Milliseconds after which an idle client of a DNS stream is disconnected. */
const idle = 10_000

/** Answers DNS messages over UDP. */
export function answerDatagrams(socket: UdpSocket, zone: Zone): void {
  socket.on('error', () => undefined)
  socket.on('message', (message, { address, port }) => {
    const answer = answerPacket(zone, message, 'udp')
    // A send error is ignored: the client observes the missing answer.
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
