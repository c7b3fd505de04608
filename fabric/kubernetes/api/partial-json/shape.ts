/**
 * Which part of a JSON value to read: all, nothing, or some keys of an object. A list is read item by item with the
 * shape of an object. A value that is neither a list nor an object is read as a whole.
 */
export type Shape = 'all' | 'none' | ObjectShape | { readonly shared: Shape }

interface ObjectShape {
  readonly keys: Readonly<Record<string, Shape>>
  /** For keys without an entry. */
  readonly others: 'all' | 'none'
}

/** Equal values become the same object, which must not be changed: the pods of a workload have much in common. */
export function shared(shape: Shape): Shape {
  return { shared: shape }
}

/** Only these keys of an object. */
export function only(keys: ObjectShape['keys']): Shape {
  return { keys, others: 'none' }
}

/** All keys of an object, with these shapes for some of them. */
export function allBut(keys: ObjectShape['keys']): Shape {
  return { keys, others: 'all' }
}
