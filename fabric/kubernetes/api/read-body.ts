import type { Readable } from 'node:stream'

export interface Reception {
  /** A buffer of an earlier body that can be reused. */
  readonly room?: Buffer | undefined
  /** Called with the first bytes while the rest is arriving. A retry calls it again. */
  readonly onBegin?: (first: Buffer) => void
}

/** Bytes; enough for most responses. The buffer grows as needed. */
const usual = 16 * 1024

/**
 * Reads all bytes of a body, into the given buffer if they fit: allocating a buffer for each page of a large list takes
 * longer than filling it. Rejects with the error of the body.
 */
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

/** Buffers that we own exclusively. A copied body may share a pooled ArrayBuffer. */
const own = new WeakSet<ArrayBufferLike>()

function roomOf(length: number): Buffer {
  const room = Buffer.allocUnsafeSlow(length)
  own.add(room.buffer)
  return room
}
