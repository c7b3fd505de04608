import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { createOutbox, readMessages } from '../../lab/lines.ts'

const read = async (chunks: readonly string[]): Promise<unknown[]> => {
  const seen: unknown[] = []
  for await (const message of readMessages(Readable.from(chunks.map((chunk) => Buffer.from(chunk, 'latin1')))))
    seen.push(message)
  return seen
}

it('puts messages together however the stream cuts them, within a character too', async () => {
  const text = Buffer.from('{"a":"ü"}\n[1]\n{"b":2}\n').toString('latin1')
  expect(await read(text.split(''))).toEqual([{ a: 'ü' }, [1], { b: 2 }])
  expect(await read([text])).toEqual([{ a: 'ü' }, [1], { b: 2 }])
})

it('leaves out a last line that was cut off', async () => {
  expect(await read(['{"a":1}\n{"b":'])).toEqual([{ a: 1 }])
})

it('waits for the reader when the stream is full', async () => {
  const stream = new PassThrough({ highWaterMark: 8 })
  let written = false
  const writing = createOutbox(stream)
    .send('much more than eight bytes')
    .then(() => {
      written = true
    })
  await once(stream, 'readable')
  expect(written).toBe(false)
  stream.resume()
  await writing
})

it('does not wait for a reader who has gone', async () => {
  const stream = new PassThrough({ highWaterMark: 8 })
  const outbox = createOutbox(stream)
  const sending = outbox.send('much more than eight bytes')
  stream.destroy()
  await sending
  await outbox.send('more')
})
