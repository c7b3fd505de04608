import { isObject } from '../field.ts'
import type { Fields } from './governed.ts'

const nothing: Fields = {}

/** Returns the object under a key, or an empty object. */
export function objectAt(of: unknown, key: string): Fields {
  const found = isObject(of) && Object.hasOwn(of, key) ? of[key] : undefined
  return isObject(found) ? found : nothing
}

/** Returns the list under a key, or an empty list. */
export function listAt(of: unknown, key: string): readonly unknown[] {
  const found = isObject(of) && Object.hasOwn(of, key) ? of[key] : undefined
  return Array.isArray(found) ? found : []
}
