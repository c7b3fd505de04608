import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPages } from '../../../../fabric/kubernetes/api/pages.ts'
import type { Reception } from '../../../../fabric/kubernetes/api/read-body.ts'

/** A server that answers when it is told to; pages are numbered from 0 on. */
function createServer({ last, headFirst = true }: { readonly last: number; readonly headFirst?: boolean }) {
  const asked: string[] = []
  const waiting = new Map<string, { reception: Reception; answer: PromiseWithResolvers<Buffer> }>()
  const rooms = new Set<ArrayBufferLike>()
  const headOf = (page: string) => `"metadata":{${Number(page) < last ? `"continue":"${Number(page) + 1}"` : ''}}`
  const begin = (page: string) => waiting.get(page)!.reception.onBegin!(Buffer.from(`{${headOf(page)},"items":[`))
  const finished = new Set<string>()
  const finish = (page: string) => {
    if (finished.has(page)) return
    finished.add(page)
    const { reception, answer } = waiting.get(page)!
    const text = headFirst ? `{${headOf(page)},"items":[${page}]}` : `{"items":[${page}],${headOf(page)}}`
    const bytes = reception.room === undefined ? Buffer.allocUnsafeSlow(200) : Buffer.from(reception.room.buffer)
    rooms.add(bytes.buffer)
    answer.resolve(bytes.subarray(0, bytes.write(text)))
  }
  const pages = createPages((from = '0', reception) => {
    asked.push(from)
    const answer = Promise.withResolvers<Buffer>()
    waiting.set(from, { reception, answer })
    return answer.promise
  })
  const fail = (page: string, error: Error) => waiting.get(page)!.answer.reject(error)
  return { pages, asked, begin, finish, fail, rooms }
}

const contentOf = (bytes: Buffer) => (JSON.parse(bytes.toString()) as { items: number[] }).items[0]

test('asks for the next page as soon as one begins to come, and for no more than one that was not waited for', async () => {
  const { pages, asked, begin, finish } = createServer({ last: 9 })
  const first = pages.next(undefined)
  expect(asked).toEqual(['0'])
  begin('0')
  expect(asked).toEqual(['0', '1'])
  begin('1')
  expect(asked).toEqual(['0', '1'])
  finish('0')
  expect(contentOf(await first)).toBe(0)
  expect(asked).toEqual(['0', '1', '2'])
  begin('2')
  finish('1')
  await setImmediate()
  expect(asked).toEqual(['0', '1', '2'])
  expect(contentOf(await pages.next('1'))).toBe(1)
  expect(asked).toEqual(['0', '1', '2', '3'])
})

test('a page whose beginning is told twice has one that follows', async () => {
  const { pages, asked, begin, finish } = createServer({ last: 9 })
  const first = pages.next(undefined)
  begin('0')
  begin('0')
  finish('0')
  await first
  begin('1')
  begin('0')
  begin('1')
  expect(asked).toEqual(['0', '1', '2'])
})

test.each([true, false])(
  'gives all pages in order, each until the next is asked for, in three rooms at most (the head comes first: %s)',
  async (headFirst) => {
    const last = 8
    const { pages, asked, begin, finish, rooms } = createServer({ last, headFirst })
    const found: (number | undefined)[] = []
    for (let page = 0; page <= last; page++) {
      const coming = pages.next(page === 0 ? undefined : String(page))
      // All that was asked for is there at once, while one page is read.
      for (let at = page; at < asked.length; at++) {
        if (headFirst) begin(String(at))
        finish(String(at))
      }
      const bytes = await coming
      for (let at = page + 1; at < asked.length; at++) finish(String(at))
      found.push(contentOf(bytes))
    }
    expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(asked).toEqual(found.map(String))
    expect(rooms.size).toBeLessThanOrEqual(3)
  },
)

test('a page that is refused is refused when it is wanted', async () => {
  const { pages, begin, finish, fail } = createServer({ last: 9 })
  const first = pages.next(undefined)
  begin('0')
  fail('1', new Error('no more'))
  finish('0')
  expect(contentOf(await first)).toBe(0)
  await expect(pages.next('1')).rejects.toThrow('no more')
})

test('where the beginning does not tell yet, the whole page does', async () => {
  const { pages, asked, finish } = createServer({ last: 9 })
  const first = pages.next(undefined)
  finish('0')
  await first
  expect(asked).toEqual(['0', '1'])
})

test('a page that was sent again, and ends elsewhere, is followed by its own continuation', async () => {
  const asked: (string | undefined)[] = []
  const page = (next: string) => Buffer.from(`{"metadata":{"continue":"${next}"},"items":[]}`)
  const pages = createPages(async (from, { onBegin }) => {
    asked.push(from)
    if (from !== undefined) return Buffer.from(`{"metadata":{},"items":["${from}"]}`)
    // The first answer begins, breaks, and comes anew with another end.
    onBegin?.(page('first'))
    return page('second')
  })
  await pages.next(undefined)
  expect((await pages.next('second')).toString()).toContain('"second"')
  expect(asked).toEqual([undefined, 'first', 'second'])
})
