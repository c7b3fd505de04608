import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'

const libc = koffi.load('libc.so.6')

const call = {
  setns: libc.func('int setns(int fd, int nstype)'),
  unshare: libc.func('int unshare(int flags)'),
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  bind: libc.func('int bind(int fd, const uint8_t *address, uint32_t length)'),
  listen: libc.func('int listen(int fd, int backlog)'),
  accept4: libc.func('int accept4(int fd, void *address, void *length, int flags)'),
  connect: libc.func('int connect(int fd, const uint8_t *address, uint32_t length)'),
  getsockname: libc.func('int getsockname(int fd, _Inout_ uint8_t *address, _Inout_ uint8_t *length)'),
  getsockopt: libc.func('int getsockopt(int fd, int level, int name, _Inout_ uint8_t *value, _Inout_ uint8_t *length)'),
  setsockopt: libc.func('int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)'),
  recv: libc.func('intptr_t recv(int fd, _Inout_ uint8_t *bytes, size_t length, int flags)'),
  send: libc.func('intptr_t send(int fd, const uint8_t *bytes, size_t length, int flags)'),
  close: libc.func('int close(int fd)'),
  epoll_create1: libc.func('int epoll_create1(int flags)'),
  epoll_ctl: libc.func('int epoll_ctl(int epoll, int operation, int fd, const uint8_t *event)'),
  epoll_wait: libc.func('int epoll_wait(int epoll, _Inout_ uint8_t *events, int size, int milliseconds)'),
} as const

const CLONE_NEWNET = 0x4000_0000

/** Numbers of Linux's socket interface (asm-generic, the same on x86_64 and aarch64). */
export const linux = {
  AF_INET: 2,
  AF_INET6: 10,
  AF_NETLINK: 16,
  SOCK_STREAM: 1,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
} as const

/** Moves the calling thread, which must be the main one, into a network namespace; throws with the errno's name. */
export function setns(fd: number): void {
  check('setns', call.setns(fd, CLONE_NEWNET) as number)
}

/** Moves the calling thread into a network namespace of its own. */
export function unshareNetwork(): void {
  check('unshare', call.unshare(CLONE_NEWNET) as number)
}

/** socket(2); returns the descriptor. */
export function socket(domain: number, type: number, protocol: number): number {
  return check('socket', call.socket(domain, type | linux.SOCK_CLOEXEC, protocol) as number)
}

/** bind(2) with a raw sockaddr. */
export function bind(fd: number, address: Uint8Array): void {
  check('bind', call.bind(fd, address, address.length) as number)
}

/** listen(2). */
export function listen(fd: number, backlog: number): void {
  check('listen', call.listen(fd, backlog) as number)
}

/** accept4(2) on a socket that does not wait; the descriptor, or the errno's name. */
export function accept(fd: number): number | string {
  const accepted = call.accept4(fd, null, null, linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC) as number
  return failure(accepted) ?? accepted
}

/** connect(2) with a raw sockaddr on a socket that does not wait; the errno's name when nothing goes on or stands. */
export function connect(fd: number, address: Uint8Array): string | undefined {
  const result = call.connect(fd, address, address.length) as number
  return result < 0 && koffi.errno() === constants.errno.EINPROGRESS ? undefined : failure(result)
}

const word = Buffer.alloc(4)

/** getsockname(2) into `address`; whether there is one. */
export function getsockname(fd: number, address: Uint8Array): boolean {
  word.writeUInt32LE(address.length)
  return (call.getsockname(fd, address, word) as number) === 0
}

const SOL_SOCKET = 1
const SO_ERROR = 4
const value = Buffer.alloc(4)

/** The socket's pending error by name, which this takes away (SO_ERROR of socket(7)). */
export function pendingError(fd: number): string | undefined {
  word.writeUInt32LE(4)
  const unasked = failure(call.getsockopt(fd, SOL_SOCKET, SO_ERROR, value, word) as number)
  if (unasked !== undefined) return unasked
  const errno = value.readInt32LE()
  return errno === 0 ? undefined : getSystemErrorName(-errno)
}

const MSG_PEEK = 0x2
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000

/** recv(2) without waiting: the number of bytes, 0 at the end of the stream, or the errno's name. */
export function receive(fd: number, into: Uint8Array): number | string {
  const count = call.recv(fd, into, into.length, MSG_DONTWAIT) as number
  return failure(count) ?? count
}

/** Whether the other side has sent something (`bytes`), has ended or reset the connection (`end`), or nothing yet. */
export function peek(fd: number): 'bytes' | 'end' | 'nothing' {
  const count = call.recv(fd, value, 1, MSG_PEEK | MSG_DONTWAIT) as number
  if (count > 0) return 'bytes'
  return count < 0 && failure(count) === 'EAGAIN' ? 'nothing' : 'end'
}

/** send(2) without waiting; the errno's name when that failed. */
export function send(fd: number, bytes: Uint8Array): string | undefined {
  return failure(call.send(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL) as number)
}

const SO_LINGER = 13
/** struct linger: on, for no seconds. */
const atOnce = Buffer.from(new Uint32Array([1, 0]).buffer)

/** Makes close(2) of a connection send a reset: one packet instead of four, and no port that stays taken for a minute. */
export function resetOnClose(fd: number): void {
  call.setsockopt(fd, SOL_SOCKET, SO_LINGER, atOnce, atOnce.length)
}

/** close(2) of a descriptor that Node does not know. */
export function close(fd: number): void {
  call.close(fd)
}

const EPOLL_CLOEXEC = 0o2000000
const EPOLL_CTL_ADD = 1

/** epoll_create1(2); returns the descriptor. */
export function epollCreate(): number {
  return check('epoll_create1', call.epoll_create1(EPOLL_CLOEXEC) as number)
}

/** epoll_ctl(2) with a raw struct epoll_event. */
export function epollAdd(epoll: number, fd: number, event: Uint8Array): void {
  check('epoll_ctl', call.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, event) as number)
}

/** epoll_wait(2) without waiting; returns how many events there are. */
export function epollWait(epoll: number, events: Uint8Array, size: number): number {
  return check('epoll_wait', call.epoll_wait(epoll, events, size, 0) as number)
}

/** The errno's name when a call failed. */
function failure(result: number): string | undefined {
  return result >= 0 ? undefined : getSystemErrorName(-koffi.errno())
}

function check(name: string, result: number): number {
  const code = failure(result)
  if (code === undefined) return result
  throw Object.assign(new Error(`${name}: ${code}`), { code, syscall: name })
}
