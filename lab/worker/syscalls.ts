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
  recv: libc.func('intptr_t recv(int fd, _Inout_ uint8_t *bytes, size_t length, int flags)'),
  close: libc.func('int close(int fd)'),
  epoll_create1: libc.func('int epoll_create1(int flags)'),
  epoll_ctl: libc.func('int epoll_ctl(int epoll, int operation, int fd, const uint8_t *event)'),
  epoll_wait: libc.func('int epoll_wait(int epoll, _Inout_ uint8_t *events, int size, int milliseconds)'),
} as const

const CLONE_NEWNET = 0x4000_0000

/** Constants of Linux's socket interface (asm-generic, the same on x86_64 and aarch64). */
export const linux = {
  AF_INET: 2,
  AF_INET6: 10,
  AF_NETLINK: 16,
  SOCK_STREAM: 1,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
} as const

/** Moves the calling thread, which must be the main thread, into a network namespace. Throws with the errno's name. */
export function setns(fd: number): void {
  check('setns', call.setns(fd, CLONE_NEWNET) as number)
}

/** Moves the calling thread into a new network namespace. */
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

/** accept4(2) on a non-blocking socket. Returns the descriptor, or the errno's name. */
export function accept(fd: number): number | string {
  const accepted = call.accept4(fd, null, null, linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC) as number
  return failure(accepted) ?? accepted
}

const oneByte = Buffer.alloc(1)
const MSG_PEEK = 0x2
const MSG_DONTWAIT = 0x40

/** Whether the peer has sent data (`bytes`), has closed or reset the connection (`end`), or nothing yet. */
export function peek(fd: number): 'bytes' | 'end' | 'nothing' {
  const count = call.recv(fd, oneByte, 1, MSG_PEEK | MSG_DONTWAIT) as number
  if (count > 0) return 'bytes'
  return count < 0 && failure(count) === 'EAGAIN' ? 'nothing' : 'end'
}

/** close(2) of a descriptor that Node does not manage. */
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

/** epoll_wait(2) without waiting; returns the number of events. */
export function epollWait(epoll: number, events: Uint8Array, size: number): number {
  return check('epoll_wait', call.epoll_wait(epoll, events, size, 0) as number)
}

/** The errno's name if a call failed. */
function failure(result: number): string | undefined {
  return result >= 0 ? undefined : getSystemErrorName(-koffi.errno())
}

function check(name: string, result: number): number {
  const code = failure(result)
  if (code === undefined) return result
  throw Object.assign(new Error(`${name}: ${code}`), { code, syscall: name })
}
