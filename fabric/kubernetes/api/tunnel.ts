import { Duplex, PassThrough, Writable } from 'node:stream'

/** The WebSocket of a port-forward, as far as it is needed. */
export interface WebSocketLike {
  onclose: ((event: never) => void) | null
  close(): void
}

export interface TunnelEnds {
  /** What the pod sends. */
  readonly output: Writable
  /** What the kubelet says instead: nobody listens on the port, the pod is gone. */
  readonly errors: Writable
  /** What the pod is sent. */
  readonly input: PassThrough
}

/**
 * A port-forward as one byte stream. The protocol (`v4.channel.k8s.io`) has no end of stream: a refusal comes as text on the error
 * channel and becomes the stream's error `EPORTFORWARD`; half-close is unknown, so that ending it ends both directions.
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
  // Its user may not be listening yet, or not any more, when the kubelet complains.
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
