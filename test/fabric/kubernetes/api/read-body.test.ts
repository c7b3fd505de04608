import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOf } from '../../../../fabric/kubernetes/api/read-body.ts'

const chunks = fc.array(
  fc.nat(40_000).map((length) => Buffer.alloc(length + 1, length)),
  { maxLength: 4 },
)

test('gives all bytes of a body, whatever came in the same room before', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, chunks, async (first, second) => {
      const before = await bytesOf(
        Readable.from(
          first.map((each) => Buffer.from(each)),
          { objectMode: false },
        ),
      )
      expect(before.equals(Buffer.concat(first))).toBe(true)
      const after = await bytesOf(
        Readable.from(
          second.map((each) => Buffer.from(each)),
          { objectMode: false },
        ),
        { room: before },
      )
      expect(after.equals(Buffer.concat(second))).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('a body that fits is given in the room of the one before', async () => {
  const before = await bytesOf(Readable.from([Buffer.from('long enough')]))
  const after = await bytesOf(Readable.from([Buffer.from('short')]), { room: before })
  expect(after.buffer).toBe(before.buffer)
  expect(after.toString()).toBe('short')
})

test('a copy of a body is no room: it may lie among other things', async () => {
  const copy = Buffer.from(await bytesOf(Readable.from([Buffer.from('a copy')])))
  const after = await bytesOf(Readable.from([Buffer.from('short')]), { room: copy })
  expect(after.buffer).not.toBe(copy.buffer)
})

test('rejects with what broke a body halfway', async () => {
  const body = new Readable({ read: () => undefined })
  body.push('half')
  const bytes = bytesOf(body)
  body.destroy(new Error('reset'))
  await expect(bytes).rejects.toThrow('reset')
})

test('a body that is closed before its end is not taken for whole', async () => {
  const body = new Readable({ read: () => undefined })
  body.push('half')
  const bytes = bytesOf(body)
  body.destroy()
  await expect(bytes).rejects.toThrow('ended before its end')
})

test('tells what came first before the rest is there', async () => {
  const body = new Readable({ read: () => undefined })
  const begun = Promise.withResolvers<string>()
  const bytes = bytesOf(body, { onBegin: (first) => begun.resolve(first.toString()) })
  body.push('first')
  expect(await begun.promise).toBe('first')
  body.push(' rest')
  body.push(null)
  expect((await bytes).toString()).toBe('first rest')
})
