import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { parseArgs } from 'node:util'

/** A port that is open already, whose connections wait for a server. */
export interface EarlyPort {
  /** Gives port and waiting connections to a server that is not listening yet; rejects with the system's error when the port could not be opened. */
  handOver(server: Server): Promise<void>
  close(): void
}

/** Where nothing is said of the control port. */
export const usualControlPort = 28_171

/**
 * Opens the control port on loopback before the rest of the probe is loaded, a third of the time that it takes to start: a tunnel to a port that is not
 * open yet is a tunnel more. What is wrong with the options is told when they are read.
 */
export function openEarly(args: readonly string[], env: Environment): EarlyPort {
  const waiting: Socket[] = []
  const early = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    waiting.push(socket)
  })
  const port = portIn(args, env)
  const open = once(early.listen({ port, host: '127.0.0.1' }), 'listening')
  open.catch(() => undefined)
  return {
    async handOver(server) {
      await open
      // Both accept from the one socket of the system, which closes with the new one.
      await once(server.listen(early), 'listening')
      early.removeAllListeners()
      for (const socket of waiting) {
        socket.removeAllListeners('error')
        server.emit('connection', socket)
        socket.resume()
      }
    },
    close: () => {
      early.close()
      for (const socket of waiting) socket.destroy()
    },
  }
}

/** The port that the options name; any where it is none. */
function portIn(args: readonly string[], env: Environment): number {
  const { values } = parseArgs({ args: [...args], strict: false, options: { 'control-port': { type: 'string' } } })
  const given = Number(values['control-port'] ?? env['CROSSCHECK_CONTROL_PORT'] ?? usualControlPort)
  return Number.isInteger(given) && given >= 0 && given <= 65_535 ? given : 0
}

export type Environment = Readonly<Record<string, string | undefined>>
