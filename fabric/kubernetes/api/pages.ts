import { setImmediate } from 'node:timers/promises'
import type { Reception } from './read-body.ts'

/** The pages of a list, one after the other. */
export interface Pages {
  /** The bytes of the next page, until the one after is asked for; `from` is where it begins, as the page before told, and nothing for the first. Rejects as its request does. */
  next(from: string | undefined): Promise<Buffer>
}

/** Pages that are on their way while one is read: one that the server still writes, and one that came. */
const ahead = 2

/**
 * Asks for pages before they are wanted. An API server tells before the items where the next page begins (`continue`), so that its request can leave as soon as a page begins to come; and the bytes of a
 * page that was read are room for another.
 */
export function createPages(fetch: (from: string | undefined, reception: Reception) => Promise<Buffer>): Pages {
  const asked: { readonly from: string | undefined; readonly answer: Promise<Buffer> }[] = []
  const rooms: Buffer[] = []
  let given: Buffer | undefined
  let count = 0
  /** Where the page begins that nobody asked for yet, if that is known. */
  let following: string | undefined

  function ask(from: string | undefined): void {
    following = undefined
    const number = ++count
    const onBegin = (begun: Buffer) => {
      // What came may be told twice: by its beginning, and as a whole.
      if (number !== count || following !== undefined) return
      following = continueIn(begun)
      askMore()
    }
    const answer = fetch(from, { room: rooms.pop(), onBegin })
    answer.then(onBegin, () => undefined)
    asked.push({ from, answer })
  }

  function askMore(): void {
    if (following !== undefined && asked.length < ahead) ask(following)
  }

  return {
    async next(from) {
      if (given !== undefined) rooms.push(given)
      given = undefined
      // A page that was sent twice may have ended elsewhere the second time: what was asked for by its first beginning is no continuation.
      if (asked[0]?.from !== from) asked.length = 0
      if (asked.length === 0) ask(from)
      given = await asked[0]!.answer
      void asked.shift()
      askMore()
      // Requests go out before this page is read.
      await setImmediate()
      return given
    },
  }
}

/** Where the next page begins, if that stands before the items, as an API server writes it. */
function continueIn(page: Buffer): string | undefined {
  const end = page.indexOf('"items":')
  if (end < 0) return undefined
  try {
    const { metadata } = JSON.parse(`${page.toString('utf8', 0, end)}"items":[]}`) as Head
    return metadata?.continue || undefined
  } catch {
    return undefined
  }
}

interface Head {
  readonly metadata?: { readonly continue?: string }
}
