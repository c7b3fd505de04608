import type { Readable, Writable } from 'node:stream'

/** Yields each line of NDJSON, parsed; a last line without its end (the writer died) is left out. */
export async function* readMessages<T>(input: Readable): AsyncGenerator<T> {
  let parts: Buffer[] = []
  for await (const chunk of input as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      parts.push(chunk.subarray(start, end))
      yield JSON.parse(Buffer.concat(parts).toString('utf8')) as T
      parts = []
      start = end + 1
    }
    if (start < chunk.length) parts.push(chunk.subarray(start))
  }
}

const newline = 0x0a

/** Writes one line; resolves when the stream has room for more, or is closed. */
export function writeMessage(output: Writable, message: unknown): Promise<void> {
  if (output.destroyed || output.write(`${JSON.stringify(message)}\n`)) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      output.off('drain', done).off('close', done)
      resolve()
    }
    output.once('drain', done).once('close', done)
  })
}
