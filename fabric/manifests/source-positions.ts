import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import type { Path } from '../../policy/field.ts'
import type { Place } from '../../policy/types.ts'

/** Converts offsets of a text to lines and columns, both from 1. */
export function placesIn(text: string, file: string): (offset: number) => Place {
  const starts = [0]
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) starts.push(index + 1)
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return { file, line: low + 1, column: offset - starts[low]! + 1 }
  }
}

/**
 * The offset of a path in a document: for a scalar its own, for a map or list that of its key, where users look for it.
 */
export function offsetOf(document: Document.Parsed, path: Path, part: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, step] of path.entries()) {
    const container: unknown = isAlias(node) ? node.resolve(document) : node
    const pair = isMap(container) ? container.items.find(({ key }) => keyText(key) === String(step)) : undefined
    const item: unknown = isSeq(container) && typeof step === 'number' ? container.items[step] : undefined
    if (pair === undefined && item === undefined) return offset
    const wantsKey = part === 'key' && depth === path.length - 1
    offset = pair === undefined ? (startOf(item) ?? offset) : (offsetOfPair(pair, wantsKey) ?? offset)
    node = pair === undefined ? item : pair.value
  }
  return offset
}

/** A plain scalar of a document as written; undefined for quoted scalars, maps and lists. */
export function writtenAt(document: Document.Parsed, path: Path): string | undefined {
  const node: unknown = document.getIn(path, true)
  return isScalar(node) && node.type === 'PLAIN' ? node.source : undefined
}

function offsetOfPair({ key, value }: Pair<unknown, unknown>, wantsKey: boolean): number | undefined {
  const ownPlace = isScalar(value) && value.value !== null
  return (wantsKey || !ownPlace ? undefined : startOf(value)) ?? startOf(key)
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}
