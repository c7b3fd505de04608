/**
 * How much of a JSON value is read: all of it, nothing, or of an object some keys. A list is read item by item in the shape of an object; what is neither is read whole.
 */
export type Shape = 'all' | 'none' | ObjectShape | { readonly shared: Shape }

interface ObjectShape {
  readonly keys: Readonly<Record<string, Shape>>
  /** The keys that are not named. */
  readonly others: 'all' | 'none'
}

/** What reads alike is the same object, which must not be changed: the pods of a workload have much in common. */
export function shared(shape: Shape): Shape {
  return { shared: shape }
}

/** Of an object these keys alone. */
export function only(keys: ObjectShape['keys']): Shape {
  return { keys, others: 'none' }
}

/** Of an object all keys, these in their own shape. */
export function allBut(keys: ObjectShape['keys']): Shape {
  return { keys, others: 'all' }
}
