import type { Shape } from './shape.ts'
import { backslash, colon, notUnderstood, skipSpace, skipString } from './skip.ts'
import { createValueCache, type ValueCache } from './value-cache.ts'

/** A shape with its keys as bytes, for comparison with the text. */
export type CompiledShape = 'all' | 'none' | CompiledObject | CompiledShared

export interface CompiledObject {
  readonly kind: 'object'
  /** The named keys and up to `room` others that occurred, by the length of `"name"`. */
  readonly keys: CompiledKey[][]
  readonly others: 'all' | 'none'
  /** The predecessor of an object's first key. */
  readonly start: CompiledKey
  /** How many more unnamed keys can be cached. */
  room: number
}

export interface CompiledKey {
  readonly name: string
  /** `"name":` */
  readonly bytes: Buffer
  readonly shape: CompiledShape
  /** The key that followed this one last time. Objects of a kind have one key order, so most keys need no search. */
  next: CompiledKey | undefined
}

interface CompiledShared {
  readonly kind: 'shared'
  readonly shape: CompiledShape
  /** Values by the part of their text that the shape selects. */
  readonly known: ValueCache
}

/**
 * How many keys without a name in the shape are cached. An object with more is a map such as labels, whose keys rarely
 * repeat.
 */
const room = 64

export function compileShape(shape: Shape): CompiledShape {
  if (shape === 'all' || shape === 'none') return shape
  if ('shared' in shape) return { kind: 'shared', shape: compileShape(shape.shared), known: createValueCache() }
  const start = keyOf('', 'none')
  const object: CompiledObject = { kind: 'object', keys: [], others: shape.others, start, room }
  for (const [name, own] of Object.entries(shape.keys)) add(object, keyOf(name, compileShape(own)))
  return object
}

/** Finds the key at a position in an object of this shape, after another key. Throws for a key with escapes. */
export function keyAt(bytes: Buffer, at: number, { after, of }: Where): CompiledKey {
  const { next } = after
  if (next !== undefined && isAt(bytes, at, next.bytes)) return next
  const end = skipString(bytes, at)
  const found =
    of.keys[end - at]?.find((key) => isName(bytes, at, key.bytes)) ?? unknownKey(bytes.subarray(at, end), of)
  after.next = found
  return found
}

interface Where {
  readonly after: CompiledKey
  readonly of: CompiledObject
}

/** The position of the value of the key at this position. */
export function valueAfter(bytes: Buffer, at: number, key: CompiledKey): number {
  const end = at + key.bytes.length
  if (bytes[end - 1] === colon) return skipSpace(bytes, end)
  const colonAt = skipSpace(bytes, end - 1)
  if (bytes[colonAt] !== colon) throw notUnderstood(colonAt)
  return skipSpace(bytes, colonAt + 1)
}

function unknownKey(quoted: Buffer, of: CompiledObject): CompiledKey {
  if (quoted.includes(backslash)) throw notUnderstood(0)
  const key = keyOf(quoted.toString('utf8', 1, quoted.length - 1), of.others)
  if (of.room > 0) add(of, key)
  of.room--
  return key
}

function keyOf(name: string, shape: CompiledShape): CompiledKey {
  return { name, bytes: Buffer.from(`"${name}":`), shape, next: undefined }
}

function add({ keys }: CompiledObject, key: CompiledKey): void {
  const length = key.bytes.length - 1
  while (keys.length <= length) keys.push([])
  keys[length]!.push(key)
}

function isAt(bytes: Buffer, from: number, text: Buffer): boolean {
  for (let at = 0; at < text.length; at++) if (text[at] !== bytes[from + at]) return false
  return true
}

/** Whether `"name"` is at this position. The colon need not follow immediately. */
function isName(bytes: Buffer, from: number, text: Buffer): boolean {
  for (let at = text.length - 2; at >= 0; at--) if (text[at] !== bytes[from + at]) return false
  return true
}
