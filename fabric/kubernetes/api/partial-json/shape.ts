/**
 * Which part of a JSON value is read: all, nothing, or some keys of an object. A list is read item by item in the shape of an object;
 * a value that is neither is read whole.
 */
export type Shape = 'all' | 'none' | ObjectShape | { readonly shared: Shape }

interface ObjectShape {
  readonly keys: Readonly<Record<string, Shape>>
  /** For the keys that have no entry. */
  readonly others: 'all' | 'none'
}

/** Equal values become the same object, which must not be changed: the pods of a workload have much in common. */
export function shared(shape: Shape): Shape {
  return { shared: shape }
}

/** These keys of an object and no others. */
export function only(keys: ObjectShape['keys']): Shape {
  return { keys, others: 'none' }
}

/** All keys of an object, these in their own shape. */
export function allBut(keys: ObjectShape['keys']): Shape {
  return { keys, others: 'all' }
}
