import type { Readable, Writable } from 'node:stream'

/** Yields each parsed line of NDJSON. Drops an incomplete last line (the writer died). */
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

/** Writes messages as lines. */
export interface Outbox {
  /** Resolves when the stream can accept more data, or is closed. */
  send(message: unknown): Promise<void>
}

/** An outbox for a stream. All messages of one turn of the event loop are written at once. */
export function createOutbox(output: Writable): Outbox {
  let text = ''
  let written: Promise<void> | undefined
  const write = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    const lines = text
    text = ''
    written = undefined
    if (!output.destroyed && !output.write(lines)) await roomIn(output)
  }
  return {
    send(message) {
      text += `${JSON.stringify(message)}\n`
      written ??= write()
      return written
    },
  }
}

function roomIn(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      output.off('drain', done).off('close', done)
      resolve()
    }
    output.once('drain', done).once('close', done)
  })
}
