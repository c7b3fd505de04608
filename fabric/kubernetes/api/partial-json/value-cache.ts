/** Values by the bytes of their text. A lookup creates no string. */
export interface ValueCache {
  /** The value of the text between these bytes; undefined when it is not in the cache. */
  find(bytes: Buffer, from: number, to: number): { readonly value: unknown } | undefined
  /** Adds the value of a text that is not in the cache. A full cache is emptied first. */
  add(text: Buffer, value: unknown): void
}

interface Entry {
  readonly text: Buffer
  readonly value: unknown
  /** Another entry with the same hash. */
  readonly next: Entry | undefined
}

/** Pods of one workload follow each other in a list, so a full cache can drop earlier workloads. */
const usualCapacity = 10_000

/** An empty cache of at most `capacity` values. */
export function createValueCache(capacity = usualCapacity): ValueCache {
  const byHash = new Map<number, Entry>()
  let count = 0
  let last: Entry | undefined
  return {
    find(bytes, from, to) {
      const length = to - from
      // Neighbors in a list often have the same value.
      if (last !== undefined && isAt(bytes, from, length, last.text)) return last
      let entry = byHash.get(hashOf(bytes, from, to))
      while (entry !== undefined && !isAt(bytes, from, length, entry.text)) entry = entry.next
      last = entry
      return entry
    },
    add(text, value) {
      if (count === capacity) {
        byHash.clear()
        last = undefined
        count = 0
      }
      count += 1
      const hash = hashOf(text, 0, text.length)
      byHash.set(hash, { text, value, next: byHash.get(hash) })
    },
  }
}

/** FNV-1a, shortened to a small integer of V8. */
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
