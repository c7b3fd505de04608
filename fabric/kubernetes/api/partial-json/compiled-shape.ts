import type { Shape } from './shape.ts'
import { backslash, colon, notUnderstood, skipSpace, skipString } from './skip.ts'
import { createValueCache, type ValueCache } from './value-cache.ts'

/** A shape with its keys as bytes, to be compared with the text. */
export type CompiledShape = 'all' | 'none' | CompiledObject | CompiledShared

export interface CompiledObject {
  readonly kind: 'object'
  /** The named keys and up to `room` others that occurred, by the length of `"name"`. */
  readonly keys: CompiledKey[][]
  readonly others: 'all' | 'none'
  /** Stands before the first key of an object. */
  readonly start: CompiledKey
  /** How many more keys that are not named are remembered. */
  room: number
}

export interface CompiledKey {
  readonly name: string
  /** `"name":` */
  readonly bytes: Buffer
  readonly shape: CompiledShape
  /** What followed it last: objects of a kind are written in one order, so that most keys need not be looked for. */
  next: CompiledKey | undefined
}

interface CompiledShared {
  readonly kind: 'shared'
  readonly shape: CompiledShape
  /** Values by the bytes that the shape leaves of their text. */
  readonly known: ValueCache
}

/** Keys without a name in the shape that are remembered. An object with more is a map, such as labels, whose keys seldom repeat. */
const room = 64

export function compileShape(shape: Shape): CompiledShape {
  if (shape === 'all' || shape === 'none') return shape
  if ('shared' in shape) return { kind: 'shared', shape: compileShape(shape.shared), known: createValueCache() }
  const start = keyOf('', 'none')
  const object: CompiledObject = { kind: 'object', keys: [], others: shape.others, start, room }
  for (const [name, own] of Object.entries(shape.keys)) add(object, keyOf(name, compileShape(own)))
  return object
}

/** The key that stands there, of an object of this shape, after that other key. One that is written with escapes is not understood. */
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

/** Where the value begins whose key stands there. */
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

/** The same without the colon, which need not follow at once. */
function isName(bytes: Buffer, from: number, text: Buffer): boolean {
  for (let at = text.length - 2; at >= 0; at--) if (text[at] !== bytes[from + at]) return false
  return true
}
