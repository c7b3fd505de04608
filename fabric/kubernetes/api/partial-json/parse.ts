import { type CompiledObject, type CompiledShape, compileShape, keyAt, valueAfter } from './compiled-shape.ts'
import type { Shape } from './shape.ts'
import {
  backslash,
  closeList,
  closeObject,
  notUnderstood,
  openList,
  openObject,
  quote,
  skipSpace,
  skipValue,
} from './skip.ts'
import { isOver, type Text, trimValue } from './trim.ts'
import type { ValueCache } from './value-cache.ts'

/**
 * Parses the part of UTF-8 JSON that a shape selects. Throws SyntaxError for a form that it does not support. Does not
 * validate what it skips.
 */
export function createParse(shape: Shape): (bytes: Buffer) => unknown {
  const root = compileShape(shape)
  let out = Buffer.alloc(0)
  return (bytes) => {
    // One buffer for all pages. The selected part is never longer than its page.
    if (out.length < bytes.length) out = Buffer.allocUnsafeSlow(bytes.length)
    const text: Text = { bytes, at: 0, out, end: 0 }
    const value = parseValue(text, root)
    if (skipSpace(bytes, text.at) < bytes.length) throw notUnderstood(text.at)
    return value
  }
}

function parseValue(text: Text, shape: CompiledShape): unknown {
  const { bytes } = text
  const from = skipSpace(bytes, text.at)
  text.at = from
  if (typeof shape !== 'string') {
    if (shape.kind === 'shared') return parseShared(text, shape)
    if (bytes[from] === openObject) return parseObject(text, shape)
    if (bytes[from] === openList) return parseList(text, shape)
  }
  text.at = skipValue(bytes, from)
  return parsePlain(bytes, from, text.at)
}

function parseList(text: Text, shape: CompiledObject): unknown[] {
  const list: unknown[] = []
  text.at++
  for (let isFirst = true; !isOver(text, closeList, isFirst); isFirst = false) list.push(parseValue(text, shape))
  return list
}

function parseObject(text: Text, shape: CompiledObject): object {
  const { bytes } = text
  const object: Record<string, unknown> = {}
  text.at++
  let key = shape.start
  for (let isFirst = true; !isOver(text, closeObject, isFirst); isFirst = false) {
    const from = skipSpace(bytes, text.at)
    key = keyAt(bytes, from, { after: key, of: shape })
    text.at = valueAfter(bytes, from, key)
    if (key.shape === 'none') text.at = skipValue(bytes, text.at)
    else {
      // Assigning this key would set the prototype.
      if (key.name === '__proto__') throw notUnderstood(from)
      object[key.name] = parseValue(text, key.shape)
    }
  }
  return object
}

function parseShared(text: Text, { shape, known }: Extract<CompiledShape, { kind: 'shared' }>): unknown {
  if (shape === 'all') {
    const from = skipSpace(text.bytes, text.at)
    text.at = skipValue(text.bytes, from)
    return sharedAt(text.bytes, { from, to: text.at }, known)
  }
  text.end = 0
  trimValue(text, shape)
  return sharedAt(text.out, { from: 0, to: text.end }, known)
}

function sharedAt(bytes: Buffer, { from, to }: { from: number; to: number }, known: ValueCache): unknown {
  const found = known.find(bytes, from, to)
  if (found !== undefined) return found.value
  const value: unknown = JSON.parse(bytes.toString('utf8', from, to))
  known.add(Buffer.copyBytesFrom(bytes, from, to - from) as Buffer, value)
  return value
}

function parsePlain(bytes: Buffer, from: number, to: number): unknown {
  if (bytes[from] === quote && isPlain(bytes, from + 1, to - 1)) return bytes.toString('latin1', from + 1, to - 1)
  return JSON.parse(bytes.toString('utf8', from, to))
}

/** Whether a string needs no unescaping. */
function isPlain(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte === backslash || byte < 0x20 || byte > 0x7e) return false
  }
  return true
}
