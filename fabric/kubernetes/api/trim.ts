import type { Shape } from './shape.ts'
import {
  backslash,
  closeList,
  closeObject,
  colon,
  comma,
  doubt,
  openList,
  openObject,
  skipSpace,
  skipString,
  skipValue,
} from './skip.ts'

/**
 * Takes JSON in UTF-8 and gives the JSON that a shape leaves of it: of a pod's 9 KB a world needs one, and what is skipped takes a tenth of the time of parsing. Throws SyntaxError
 * at what it does not understand; what it skips is not checked.
 */
export function createTrim(shape: Shape): (bytes: Buffer) => string {
  const root = prepared(shape)
  let out = Buffer.alloc(0)
  return (bytes) => {
    // Used again for each page: what is left is no longer than what it is taken from.
    if (out.length < bytes.length) out = Buffer.allocUnsafeSlow(bytes.length)
    const text: Text = { bytes, at: 0, out, end: 0 }
    trimValue(text, root)
    if (skipSpace(bytes, text.at) < bytes.length) throw doubt(text.at)
    return out.toString('utf8', 0, text.end)
  }
}

/** What is read and what is written, and how far. */
interface Text {
  readonly bytes: Buffer
  at: number
  readonly out: Buffer
  end: number
}

type Prepared = 'all' | 'none' | PreparedObject

interface PreparedObject {
  /** By their length. */
  readonly keys: readonly (readonly Key[] | undefined)[]
  readonly others: 'all' | 'none'
}

interface Key {
  readonly name: Buffer
  readonly shape: Prepared
}

function prepared(shape: Shape): Prepared {
  if (shape === 'all' || shape === 'none') return shape
  const keys: Key[][] = []
  for (const [key, own] of Object.entries(shape.keys)) {
    const name = Buffer.from(key)
    keys[name.length] = [...(keys[name.length] ?? []), { name, shape: prepared(own) }]
  }
  return { keys: Array.from(keys), others: shape.others }
}

function trimValue(text: Text, shape: Prepared): void {
  const { bytes } = text
  const from = skipSpace(bytes, text.at)
  text.at = from
  const first = typeof shape === 'string' ? undefined : bytes[from]
  if (first === openObject) trimObject(text, shape as PreparedObject)
  else if (first === openList) trimList(text, shape)
  else {
    text.at = skipValue(bytes, from)
    if (shape !== 'none') copy(text, from, text.at)
  }
}

function trimList(text: Text, shape: Prepared): void {
  put(text, openList)
  text.at++
  for (let isFirst = true; !isOver(text, closeList, isFirst); isFirst = false) {
    if (!isFirst) put(text, comma)
    trimValue(text, shape)
  }
  put(text, closeList)
}

function trimObject(text: Text, shape: PreparedObject): void {
  const { bytes } = text
  put(text, openObject)
  text.at++
  let isEmpty = true
  for (let isFirst = true; !isOver(text, closeObject, isFirst); isFirst = false) {
    const from = skipSpace(bytes, text.at)
    const keyEnd = skipString(bytes, from)
    const own = shapeOfKey(bytes, from, keyEnd, shape)
    const colonAt = skipSpace(bytes, keyEnd)
    if (bytes[colonAt] !== colon) throw doubt(colonAt)
    const valueAt = skipSpace(bytes, colonAt + 1)
    text.at = valueAt
    if (own === 'none') text.at = skipValue(bytes, valueAt)
    else {
      if (!isEmpty) put(text, comma)
      isEmpty = false
      copy(text, from, valueAt)
      trimValue(text, own)
    }
  }
  put(text, closeObject)
}

/** Whether a list or an object ends here; else what follows is its next part. */
function isOver(text: Text, bracket: number, isFirst: boolean): boolean {
  const here = skipSpace(text.bytes, text.at)
  const byte = text.bytes[here]
  if (byte !== bracket && !isFirst && byte !== comma) throw doubt(here)
  text.at = byte === bracket || !isFirst ? here + 1 : here
  return byte === bracket
}

/** A key may be written with escapes: then it is not understood. */
function shapeOfKey(bytes: Buffer, from: number, end: number, { keys, others }: PreparedObject): Prepared {
  for (const { name, shape } of keys[end - from - 2] ?? []) {
    let same = 0
    while (same < name.length && name[same] === bytes[from + 1 + same]) same++
    if (same === name.length) return shape
  }
  for (let at = from; at < end; at++) if (bytes[at] === backslash) throw doubt(at)
  return others
}

function put(text: Text, byte: number): void {
  text.out[text.end++] = byte
}

function copy(text: Text, from: number, to: number): void {
  const { bytes, out } = text
  let { end } = text
  for (let at = from; at < to; at++) out[end++] = bytes[at]!
  text.end = end
}
