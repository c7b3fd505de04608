import type { Context } from './context.ts'

/** Caches a computation that several rules share, per context. */
export function perContext<T>(find: (context: Context) => T): (context: Context) => T {
  const known = new WeakMap<Context, { readonly value: T }>()
  return (context) => {
    const before = known.get(context)
    if (before !== undefined) return before.value
    const value = find(context)
    known.set(context, { value })
    return value
  }
}
