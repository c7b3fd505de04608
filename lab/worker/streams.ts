import ipaddr from 'ipaddr.js'
import type { Stream } from '../../checks/vantage.ts'
import type { Poller } from './poller.ts'
import { sockaddr, type Target } from './sockets.ts'
import { close, connect, getsockname, linux, pendingError, receive, send, socket } from './syscalls.ts'

interface Listeners {
  connect?: () => void
  end?: () => void
  data?: (bytes: Buffer) => void
  error?: (error: Error) => void
}

/** Starts a TCP connection from the network namespace that the thread is in now. It costs a quarter of a `net.Socket`. */
export function dialStream(target: Target, poller: Poller): Stream {
  const address = sockaddr(target)
  const fd = socket(address.readUInt16LE(0), linux.SOCK_STREAM | linux.SOCK_NONBLOCK, 0)
  const listeners: Listeners = {}
  let state: 'connecting' | 'open' | 'ended' | 'closed' = 'connecting'

  const fail = (error: Error) => {
    if (state === 'closed') return
    state = 'ended'
    listeners.error?.(error)
  }
  const read = () => {
    // Until somebody listens it stays in the kernel.
    while (state === 'open' && listeners.data !== undefined) {
      const count = receive(fd, received)
      if (count === 'EAGAIN') return
      if (typeof count === 'string') return fail(failure('read', count, target))
      if (count > 0) listeners.data(Buffer.from(received.subarray(0, count)))
      else {
        state = 'ended'
        listeners.end?.()
      }
    }
  }
  const onReady = (writable: boolean, failed: boolean) => {
    if (state === 'connecting') {
      const code = failed ? pendingError(fd) : undefined
      if (code !== undefined) return fail(failure('connect', code, target))
      if (!writable) return
      state = 'open'
      listeners.connect?.()
    }
    read()
  }

  const refusal = connect(fd, address)
  const refused = refusal === undefined ? null : failure('connect', refusal, target)
  if (refused !== null) queueMicrotask(() => fail(refused))
  const forget = refused === null ? poller.watch(fd, onReady) : undefined
  return {
    errored: refused,
    localAddress: addressOf(fd),
    on(event, listener) {
      listeners[event] = listener as never
      if (event === 'data') queueMicrotask(read)
    },
    write(text) {
      const code = send(fd, Buffer.from(text))
      if (code !== undefined) queueMicrotask(() => fail(failure('write', code, target)))
    },
    destroy() {
      if (state === 'closed') return
      state = 'closed'
      forget?.()
      close(fd)
    },
  }
}

const received = Buffer.alloc(16 * 1024)
const local = Buffer.alloc(28)

function addressOf(fd: number): string | undefined {
  if (!getsockname(fd, local)) return undefined
  if (local.readUInt16LE(0) === linux.AF_INET) return local.subarray(4, 8).join('.')
  return ipaddr.fromByteArray([...local.subarray(8, 24)]).toString()
}

function failure(syscall: string, code: string, { address, port }: Target): Error {
  return Object.assign(new Error(`${syscall} ${code} ${address}:${String(port)}`), { code, syscall, address, port })
}
