import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { parseArgs } from 'node:util'

/** An open port whose connections wait for a server. */
export interface EarlyPort {
  /**
   * Passes the port and its waiting connections to a server that is not listening yet. Rejects with the system's error
   * if the port could not be opened.
   */
  handOver(server: Server): Promise<void>
  close(): void
}

/** The default control port. */
export const usualControlPort = 28_171

/**
 * Opens the control port on loopback before the rest of the probe is loaded (docs/reference/probe.md has the times).
 * Every port-forward attempted before the port listens must be retried. Invalid options are reported later, when they
 * are read.
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
      // Both servers accept from the same socket of the system, which closes with the new server.
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

/** The port in the options; 0 (any port) if it is invalid. */
function portIn(args: readonly string[], env: Environment): number {
  const { values } = parseArgs({ args: [...args], strict: false, options: { 'control-port': { type: 'string' } } })
  const given = Number(values['control-port'] ?? env['CROSSCHECK_CONTROL_PORT'] ?? usualControlPort)
  return Number.isInteger(given) && given >= 0 && given <= 65_535 ? given : 0
}

export type Environment = Readonly<Record<string, string | undefined>>
