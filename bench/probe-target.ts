import { createServer, type Socket } from 'node:net'

/** A program that accepts every connection on a loopback port, prints the port, and sends nothing. */
const server = createServer((socket: Socket) => {
  socket.on('error', () => undefined)
  socket.resume()
})
// More than the default of 511. Otherwise the connections of a batch overflow it.
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(JSON.stringify({ port: (server.address() as { port: number }).port })),
)
