import ipaddr from 'ipaddr.js'
import type { Stream } from '../../checks/vantage.ts'
import type { Poller, Watcher } from './poller.ts'
import { sockaddr, type Target } from './sockets.ts'
import { close, connect, getsockname, linux, pendingError, receive, resetOnClose, send, socket } from './syscalls.ts'

/** Starts a TCP connection from the network namespace that the thread is in now; throws with the errno's name when there is no socket to be had. */
export function dialStream(target: Target, poller: Poller): Stream {
  const address = sockaddr(target)
  const fd = socket(address.readUInt16LE(0), linux.SOCK_STREAM | linux.SOCK_NONBLOCK, 0)
  const refusal = connect(fd, address)
  const wire: Wire = { fd, target, state: 'connecting', spoke: false, heard: {}, ready: readyWire }
  const errored = refusal === undefined ? null : failure('connect', refusal, target)
  if (errored !== null) queueMicrotask(() => fail(wire, errored))
  const watch = errored === null ? poller.watch(fd, wire) : undefined
  return {
    errored,
    localAddress: errored === null ? localAddress(fd) : undefined,
    on(event, listener) {
      wire.heard[event] = listener as never
      // What came before somebody listened is still in the kernel.
      if (event === 'data') queueMicrotask(() => read(wire))
    },
    write(text) {
      wire.spoke = true
      const code = send(fd, Buffer.from(text))
      if (code !== undefined) queueMicrotask(() => fail(wire, failure('write', code, target)))
    },
    destroy() {
      if (wire.state === 'closed') return
      // Listeners of the lab hand over only who speaks: nobody is there to be surprised by a reset.
      if (wire.state === 'open' && !wire.spoke) resetOnClose(fd)
      wire.state = 'closed'
      if (watch !== undefined) poller.forget(watch)
      close(fd)
    },
  }
}

interface Wire extends Watcher {
  readonly fd: number
  readonly target: Target
  state: 'connecting' | 'open' | 'ended' | 'closed'
  spoke: boolean
  readonly heard: {
    connect?: () => void
    end?: () => void
    data?: (bytes: Buffer) => void
    error?: (error: Error) => void
  }
}

function readyWire(this: Wire, writable: boolean, failed: boolean): void {
  if (this.state === 'connecting') {
    const code = failed ? pendingError(this.fd) : undefined
    if (code !== undefined) fail(this, failure('connect', code, this.target))
    else if (writable) {
      this.state = 'open'
      this.heard.connect?.()
    }
  }
  read(this)
}

const received = Buffer.alloc(16 * 1024)

function read(wire: Wire): void {
  const { fd, heard, target } = wire
  while (wire.state === 'open' && heard.data !== undefined) {
    const count = receive(fd, received)
    if (count === 'EAGAIN') return
    if (typeof count === 'string') fail(wire, failure('read', count, target))
    else if (count > 0) heard.data(Buffer.from(received.subarray(0, count)))
    else {
      wire.state = 'ended'
      heard.end?.()
    }
  }
}

function fail(wire: Wire, error: Error): void {
  if (wire.state === 'closed') return
  wire.state = 'ended'
  wire.heard.error?.(error)
}

const local = Buffer.alloc(28)

function localAddress(fd: number): string | undefined {
  if (!getsockname(fd, local)) return undefined
  // Written out: this is done for every dial, and a slice costs as much as the dial itself.
  if (local[0] === linux.AF_INET) return `${local[4]!}.${local[5]!}.${local[6]!}.${local[7]!}`
  return ipaddr.fromByteArray([...local.subarray(8, 24)]).toString()
}

function failure(syscall: string, code: string, { address, port }: Target): Error {
  return Object.assign(new Error(`${syscall} ${code} ${address}:${String(port)}`), { code, syscall, address, port })
}
