/** Remembers values by the bytes of their text: to find one takes no string, of which there would be a million. */
export interface BytesTable {
  /** What was added of the text that stands between these bytes. */
  find(bytes: Buffer, from: number, to: number): { readonly value: unknown } | undefined
  /** Adds the value of a text that is not there yet. */
  add(text: Buffer, value: unknown): void
}

interface Entry {
  readonly text: Buffer
  readonly value: unknown
  /** Another text of the same hash. */
  readonly next: Entry | undefined
}

/** An empty table. */
export function createBytesTable(): BytesTable {
  const byHash = new Map<number, Entry>()
  let last: Entry | undefined
  return {
    find(bytes, from, to) {
      const length = to - from
      // Much is the same in one object after the other.
      if (last !== undefined && isAt(bytes, from, length, last.text)) return last
      let entry = byHash.get(hashOf(bytes, from, to))
      while (entry !== undefined && !isAt(bytes, from, length, entry.text)) entry = entry.next
      last = entry
      return entry
    },
    add(text, value) {
      const hash = hashOf(text, 0, text.length)
      byHash.set(hash, { text, value, next: byHash.get(hash) })
    },
  }
}

/** FNV-1a, shortened to what V8 keeps in a pointer. */
function hashOf(bytes: Buffer, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  return (hash ^ (hash >>> 15)) & 0x3fffffff
}

function isAt(bytes: Buffer, from: number, length: number, text: Buffer): boolean {
  if (text.length !== length) return false
  for (let at = 0; at < length; at++) if (text[at] !== bytes[from + at]) return false
  return true
}
