/** Gives the same object for values that are alike; what is given is shared, and must not be changed. */
export type Interned = <T>(value: T) => T

/** Makes something of a value, once of each object. */
export function madeOnce<T, R>(make: (from: T) => R): (from: T) => R {
  const known = new WeakMap<T & object, R>()
  return (from) => {
    if (typeof from !== 'object' || from === null) return make(from)
    const found = known.get(from) ?? make(from)
    known.set(from, found)
    return found
  }
}

/** Remembers values by their JSON: the pods of a workload share their labels, ports and owners. */
export function createInterned(): Interned {
  const known = new Map<string, unknown>()
  return <T>(value: T): T => {
    const key = JSON.stringify(value)
    if (!known.has(key)) known.set(key, value)
    return known.get(key) as T
  }
}
