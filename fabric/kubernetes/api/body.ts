import type { Readable } from 'node:stream'

/** Enough for most answers; more is made as it comes. */
const usual = 16 * 1024

/**
 * All bytes of a body, in `room` (which some earlier body was given in) where they fit into that: to make room for each page of a large list anew takes longer than to fill it. Rejects with what
 * broke the body.
 */
export function bytesOf(body: Readable, room?: Buffer): Promise<Buffer> {
  let bytes = room === undefined ? Buffer.allocUnsafeSlow(usual) : Buffer.from(room.buffer)
  let length = 0
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      if (length + chunk.length > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(length + chunk.length, Math.ceil(bytes.length * 1.5)))
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
