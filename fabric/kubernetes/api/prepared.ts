import type { Shape } from './shape.ts'
import { backslash, doubt } from './skip.ts'

/** A shape that is compared with bytes. */
export type Prepared = 'all' | 'none' | PreparedObject | PreparedShared

export interface PreparedObject {
  readonly kind: 'object'
  /** By their length. */
  readonly keys: readonly (readonly PreparedKey[] | undefined)[]
  readonly others: 'all' | 'none'
}

interface PreparedKey {
  readonly name: string
  readonly bytes: Buffer
  readonly shape: Prepared
}

interface PreparedShared {
  readonly kind: 'shared'
  readonly shape: Prepared
  /** What was read, by its text. */
  readonly known: Map<string, unknown>
}

export function prepared(shape: Shape): Prepared {
  if (shape === 'all' || shape === 'none') return shape
  if ('shared' in shape) return { kind: 'shared', shape: prepared(shape.shared), known: new Map() }
  const keys: PreparedKey[][] = []
  for (const [name, own] of Object.entries(shape.keys)) {
    const bytes = Buffer.from(name)
    keys[bytes.length] = [...(keys[bytes.length] ?? []), { name, bytes, shape: prepared(own) }]
  }
  return { kind: 'object', keys: Array.from(keys), others: shape.others }
}

const none: readonly PreparedKey[] = []

/** The key that stands between these bytes, if the shape names it. One that is written with escapes is not understood. */
export function keyAt(bytes: Buffer, from: number, end: number, { keys }: PreparedObject): PreparedKey | undefined {
  for (const key of keys[end - from - 2] ?? none) if (isAt(bytes, from + 1, key.bytes)) return key
  for (let at = from; at < end; at++) if (bytes[at] === backslash) throw doubt(at)
  return undefined
}

function isAt(bytes: Buffer, from: number, name: Buffer): boolean {
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[from + at]) return false
  return true
}
