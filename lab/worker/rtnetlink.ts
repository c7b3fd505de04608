import { closeSync, readSync, writeSync } from 'node:fs'
import { endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { linux, socket } from './syscalls.ts'

/** One request of rtnetlink(7). `what` describes it in errors. */
export interface Request {
  readonly what: string
  readonly type: number
  readonly flags: number
  readonly body: Buffer
}

/** A socket that configures the network namespace in which it was opened. */
export interface RouteSocket {
  /** Sends requests in order. Throws at the first that the kernel rejects; earlier ones remain in force. */
  send(requests: readonly Request[]): void
  close(): void
}

const header = 16
const flag = { request: 1, ack: 4 }
const NLMSG_ERROR = 2
const perWrite = 64

/** Opens the socket in the main thread's current namespace and stays bound to it. */
export function openRouteSocket(): RouteSocket {
  if (endianness() !== 'LE') throw new Error('the lab needs a little-endian machine')
  const fd = socket(linux.AF_NETLINK, linux.SOCK_RAW, 0)
  const answer = Buffer.alloc(64 * 1024)
  let sequence = 0
  return {
    send(requests) {
      for (let start = 0; start < requests.length; start += perWrite) {
        const part = requests.slice(start, start + perWrite)
        const first = sequence + 1
        sequence += part.length
        writeSync(fd, Buffer.concat(part.map((request, i) => frame(request, first + i, i === part.length - 1))))
        awaitAcknowledgement(first, sequence, part)
      }
    },
    close: () => closeSync(fd),
  }

  /** The kernel acknowledges the last request of a write, and reports each failed one. */
  function awaitAcknowledgement(first: number, last: number, part: readonly Request[]): void {
    let failure: Error | undefined
    for (let done = false; !done; ) {
      const length = readSync(fd, answer)
      for (let at = 0; at < length; at += (answer.readUInt32LE(at) + 3) & ~3) {
        if (answer.readUInt16LE(at + 4) !== NLMSG_ERROR) continue
        const answered = answer.readUInt32LE(at + 8)
        const errno = answer.readInt32LE(at + header)
        if (errno !== 0) failure ??= refused(part[answered - first], errno)
        done ||= answered === last
      }
    }
    if (failure !== undefined) throw failure
  }
}

function refused(request: Request | undefined, errno: number): Error {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`${request?.what ?? 'rtnetlink'}: ${code}`), { code })
}

function frame(request: Request, sequence: number, acknowledge: boolean): Buffer {
  const head = Buffer.alloc(header)
  head.writeUInt32LE(header + request.body.length, 0)
  head.writeUInt16LE(request.type, 4)
  head.writeUInt16LE(request.flags | flag.request | (acknowledge ? flag.ack : 0), 6)
  head.writeUInt32LE(sequence, 8)
  return Buffer.concat([head, request.body])
}
