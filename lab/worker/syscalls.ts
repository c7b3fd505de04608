import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'

const libc = koffi.load('libc.so.6')

const call = {
  setns: libc.func('int setns(int fd, int nstype)'),
  unshare: libc.func('int unshare(int flags)'),
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  bind: libc.func('int bind(int fd, const uint8_t *address, uint32_t length)'),
  listen: libc.func('int listen(int fd, int backlog)'),
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

function check(name: string, result: number): number {
  if (result >= 0) return result
  const code = getSystemErrorName(-koffi.errno())
  throw Object.assign(new Error(`${name}: ${code}`), { code, syscall: name })
}
