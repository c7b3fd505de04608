import { Duplex, PassThrough, Writable } from 'node:stream'

/** The part of a port-forward's WebSocket that we use. */
export interface WebSocketLike {
  onclose: ((event: never) => void) | null
  close(): void
}

export interface TunnelEnds {
  /** Data from the pod. */
  readonly output: Writable
  /** Errors from the kubelet: no listener on the port, the pod is gone. */
  readonly errors: Writable
  /** Data to the pod. */
  readonly input: PassThrough
}

/**
 * Opens a port-forward as one byte stream. The protocol (`v4.channel.k8s.io`) has no end of stream. A refusal arrives
 * as text on the error channel and becomes the stream's error `EPORTFORWARD`. There is no half-close: ending the stream
 * ends both directions.
 */
export async function createTunnel(open: (ends: TunnelEnds) => Promise<WebSocketLike>): Promise<Duplex> {
  const input = new PassThrough()
  const socket = Promise.withResolvers<WebSocketLike>()
  socket.promise.catch(() => undefined)
  const tunnel = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void input.write(chunk, () => done()),
    final: (done) => void input.end(() => done()),
    destroy: (error, done) => {
      socket.promise.then(
        (open) => open.close(),
        () => undefined,
      )
      done(error)
    },
  })
  // The kubelet's error may arrive when the caller has no error listener.
  tunnel.on('error', () => undefined)
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (chunk.length > 0 && !tunnel.destroyed) tunnel.push(chunk)
      done()
    },
  })
  const errors = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (chunk.length > 0) tunnel.destroy(tunnelError(chunk.toString()))
      done()
    },
  })
  try {
    const opened = await open({ output, errors, input })
    opened.onclose = () => {
      if (!tunnel.destroyed) tunnel.push(null)
      tunnel.destroy()
    }
    socket.resolve(opened)
    return tunnel
  } catch (error) {
    socket.reject(error)
    tunnel.destroy()
    throw tunnelError((error as { message?: string }).message ?? String(error))
  }
}

function tunnelError(message: string): Error {
  return Object.assign(new Error(`port-forward: ${message.trim()}`), { code: 'EPORTFORWARD' })
}
