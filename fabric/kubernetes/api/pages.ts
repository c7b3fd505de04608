import { setImmediate } from 'node:timers/promises'
import type { Reception } from './read-body.ts'

/** The pages of a list, in order. */
export interface Pages {
  /**
   * Returns the bytes of the next page. They are valid until the next call. `from` is the continue token of the
   * previous page, undefined for the first page. Rejects like the request.
   */
  next(from: string | undefined): Promise<Buffer>
}

/** How many pages to request in advance: one that the server is still writing, and one that has arrived. */
const ahead = 2

/**
 * Requests pages in advance. An API server writes the continue token before the items, so the next request can start
 * while a page is still arriving. The buffer of a page that was read is reused for a later page.
 */
export function createPages(fetch: (from: string | undefined, reception: Reception) => Promise<Buffer>): Pages {
  const asked: { readonly from: string | undefined; readonly answer: Promise<Buffer> }[] = []
  const rooms: Buffer[] = []
  let given: Buffer | undefined
  let count = 0
  /** The continue token of the next page to request, if it is known. */
  let following: string | undefined

  function ask(from: string | undefined): void {
    following = undefined
    const number = ++count
    const onBegin = (begun: Buffer) => {
      // `onBegin` can run twice for one page: for its beginning and for the complete page.
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
      // A page that was retried may end elsewhere the second time. Pages that were requested with its first token do
      // not continue it.
      if (asked[0]?.from !== from) asked.length = 0
      if (asked.length === 0) ask(from)
      given = await asked[0]!.answer
      void asked.shift()
      askMore()
      // Let the requests go out before the caller reads this page.
      await setImmediate()
      return given
    },
  }
}

/** The continue token, if it is before the items, where API servers write it. */
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
