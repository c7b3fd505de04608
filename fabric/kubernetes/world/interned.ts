/** Returns the same object for equal values. The result is shared and must not be changed. */
export type Interned = <T>(value: T) => T

/** Caches the result of a function by object identity. */
export function madeOnce<T, R>(make: (from: T) => R): (from: T) => R {
  const known = new WeakMap<T & object, R>()
  return (from) => {
    if (typeof from !== 'object' || from === null) return make(from)
    const found = known.get(from) ?? make(from)
    known.set(from, found)
    return found
  }
}

/** Interns values by their JSON. The pods of a workload share labels, ports and owners. */
export function createInterned(): Interned {
  const known = new Map<string, unknown>()
  return <T>(value: T): T => {
    const key = JSON.stringify(value)
    if (!known.has(key)) known.set(key, value)
    return known.get(key) as T
  }
}
