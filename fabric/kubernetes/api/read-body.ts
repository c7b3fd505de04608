import type { Readable } from 'node:stream'

export interface Reception {
  /** What an earlier body was given in, and is done with. */
  readonly room?: Buffer | undefined
  /** Told what came first, while the rest is on its way; of a body that is asked for again, again. */
  readonly onBegin?: (first: Buffer) => void
}

/** Enough for most answers; more is made as it comes. */
const usual = 16 * 1024

/** All bytes of a body, in the given room where they fit: to make room for each page of a large list anew takes longer than to fill it. Rejects with what broke the body. */
export function bytesOf(body: Readable, { room, onBegin }: Reception = {}): Promise<Buffer> {
  let bytes = room !== undefined && own.has(room.buffer) ? Buffer.from(room.buffer) : roomOf(usual)
  let length = 0
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      if (length === 0) onBegin?.(chunk)
      if (length + chunk.length > bytes.length) {
        const larger = roomOf(Math.max(length + chunk.length, Math.ceil(bytes.length * 1.5)))
        bytes.copy(larger, 0, 0, length)
        bytes = larger
      }
      chunk.copy(bytes, length)
      length += chunk.length
    })
    body.once('end', () => resolve(bytes.subarray(0, length)))
    body.once('error', reject)
    body.once('close', () => reject(new Error('the body ended before its end')))
  })
}

/** Rooms that hold nothing else. A copy that somebody made of a body may lie among other things. */
const own = new WeakSet<ArrayBufferLike>()

function roomOf(length: number): Buffer {
  const room = Buffer.allocUnsafeSlow(length)
  own.add(room.buffer)
  return room
}
