import { isObject } from '../field.ts'
import type { Fields } from './governed.ts'

const nothing: Fields = {}

/** The object under a key; an empty one where there is none. */
export function objectAt(of: unknown, key: string): Fields {
  const found = isObject(of) && Object.hasOwn(of, key) ? of[key] : undefined
  return isObject(found) ? found : nothing
}

/** The list under a key; an empty one where there is none. */
export function listAt(of: unknown, key: string): readonly unknown[] {
  const found = isObject(of) && Object.hasOwn(of, key) ? of[key] : undefined
  return Array.isArray(found) ? found : []
}
