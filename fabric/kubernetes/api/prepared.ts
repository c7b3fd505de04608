import { type BytesTable, createBytesTable } from './bytes-table.ts'
import type { Shape } from './shape.ts'
import { backslash, colon, doubt, skipSpace, skipString } from './skip.ts'

/** A shape that is compared with bytes. */
export type Prepared = 'all' | 'none' | PreparedObject | PreparedShared

export interface PreparedObject {
  readonly kind: 'object'
  /** Those that were named or met, by the length of `"name"`. */
  readonly keys: PreparedKey[][]
  readonly others: 'all' | 'none'
  /** Stands before the first key of an object. */
  readonly start: PreparedKey
  /** How many more keys that are not named are remembered. */
  room: number
}

export interface PreparedKey {
  readonly name: string
  /** `"name":` */
  readonly bytes: Buffer
  readonly shape: Prepared
  /** What followed it last: objects of a kind are written in one order, so that most keys need not be looked for. */
  next: PreparedKey | undefined
}

interface PreparedShared {
  readonly kind: 'shared'
  readonly shape: Prepared
  /** What was read, by what is left of its text. */
  readonly known: BytesTable
}

/** Objects of a kind have fewer keys; what has more is a map of names, whose keys are not met again. */
const room = 64

export function prepared(shape: Shape): Prepared {
  if (shape === 'all' || shape === 'none') return shape
  if ('shared' in shape) return { kind: 'shared', shape: prepared(shape.shared), known: createBytesTable() }
  const start = keyOf('', 'none')
  const object: PreparedObject = { kind: 'object', keys: [], others: shape.others, start, room }
  for (const [name, own] of Object.entries(shape.keys)) add(object, keyOf(name, prepared(own)))
  return object
}

/** The key that stands there, of an object of this shape, after that other key. One that is written with escapes is not understood. */
export function keyAt(bytes: Buffer, at: number, { after, of }: Where): PreparedKey {
  const { next } = after
  if (next !== undefined && isAt(bytes, at, next.bytes)) return next
  const end = skipString(bytes, at)
  const found = of.keys[end - at]?.find((key) => isName(bytes, at, key.bytes)) ?? met(bytes.subarray(at, end), of)
  after.next = found
  return found
}

interface Where {
  readonly after: PreparedKey
  readonly of: PreparedObject
}

/** Where the value begins whose key stands there. */
export function valueAfter(bytes: Buffer, at: number, key: PreparedKey): number {
  const end = at + key.bytes.length
  if (bytes[end - 1] === colon) return skipSpace(bytes, end)
  const colonAt = skipSpace(bytes, end - 1)
  if (bytes[colonAt] !== colon) throw doubt(colonAt)
  return skipSpace(bytes, colonAt + 1)
}

function met(quoted: Buffer, of: PreparedObject): PreparedKey {
  if (quoted.includes(backslash)) throw doubt(0)
  const key = keyOf(quoted.toString('utf8', 1, quoted.length - 1), of.others)
  if (of.room > 0) add(of, key)
  of.room--
  return key
}

function keyOf(name: string, shape: Prepared): PreparedKey {
  return { name, bytes: Buffer.from(`"${name}":`), shape, next: undefined }
}

function add({ keys }: PreparedObject, key: PreparedKey): void {
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
