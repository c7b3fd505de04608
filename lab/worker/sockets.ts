import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { closeSync } from 'node:fs'
import { connect, isIPv6, type LookupFunction, Socket } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Poller } from './poller.ts'
import { accept, bind, close, linux, listen, peek, socket } from './syscalls.ts'

/** Length of the accept queue. Node's default of 511 overflows when many sources connect to one listener. */
const backlog = 4096
const datagramKind = 2

export interface Target {
  readonly address: string
  readonly port: number
}

/**
 * Starts a TCP connection from the thread's current network namespace. With a literal `host`, Node would open the
 * socket one tick later, in the `home` namespace. With a synchronous lookup it is open when this function returns.
 */
export function connectSocket({ address, port }: Target): Socket {
  return connect({ host: 'pod.invalid', port, lookup: answering(address), autoSelectFamily: false })
}

/** A UDP socket that connects to the target from the thread's current network namespace. */
export function openDatagram({ address, port }: Target): UdpSocket {
  const family = isIPv6(address) ? 6 : 4
  const own = createSocket({ type: `udp${family}`, lookup: (host, _options, done) => done(null, host, family) })
  own.connect(port, address)
  return own
}

function answering(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4
  return (_host, options, done) => {
    if (options.all === true) done(null, [{ address, family }])
    else done(null, address, family)
  }
}

/**
 * Listens on exactly this address and port in the thread's current namespace; throws with the errno's name. A
 * connection becomes a `net.Socket` only when its client sends data, because most checks never do. Returns a function
 * that closes the listener.
 */
export function serve(target: Target, poller: Poller, onSpeaking: (socket: Socket) => void): () => void {
  const fd = bound(target, linux.SOCK_STREAM)
  listen(fd, backlog)
  const welcome = (accepted: number) => {
    const watch = poller.watch(accepted, {
      ready() {
        const seen = peek(accepted)
        if (seen === 'nothing') return
        poller.forget(watch)
        if (seen === 'end') close(accepted)
        else onSpeaking(new Socket({ fd: accepted }))
      },
    })
  }
  const watch = poller.watch(fd, {
    ready() {
      for (let next = accept(fd); typeof next === 'number'; next = accept(fd)) welcome(next)
    },
  })
  return () => {
    poller.forget(watch)
    close(fd)
  }
}

/** A UDP socket bound to exactly this address and port in the thread's current namespace. */
export function serveUdp(target: Target): UdpSocket {
  const fd = bound(target, datagramKind)
  const own = createSocket({ type: isIPv6(target.address) ? 'udp6' : 'udp4' })
  own.bind({ fd })
  return own
}

function bound(target: Target, kind: number): number {
  const address = sockaddr(target)
  const fd = socket(address.readUInt16LE(0), kind | linux.SOCK_NONBLOCK, 0)
  try {
    bind(fd, address)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** The raw sockaddr of bind(2). */
function sockaddr({ address, port }: Target): Buffer {
  const v6 = address.includes(':')
  const raw = Buffer.alloc(v6 ? 28 : 16)
  raw.writeUInt16LE(v6 ? linux.AF_INET6 : linux.AF_INET, 0)
  raw.writeUInt16BE(port, 2)
  raw.set(v6 ? ipaddr.parse(address).toByteArray() : address.split('.').map(Number), v6 ? 8 : 4)
  return raw
}
