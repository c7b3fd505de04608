/** Bounds what is in flight, per key and over all. */
export interface Gate {
  /** Waits for a place; the function returned gives it back and must be called once. */
  enter(key: string): Promise<() => void>
}

export interface GateBounds {
  readonly perKey: number
  readonly total: number
}

/** A gate that lets waiters in by their order, those whose key is full excepted. */
export function createGate({ perKey, total }: GateBounds): Gate {
  const inside = new Map<string, number>()
  let count = 0
  const waiters: { readonly key: string; readonly enter: () => void }[] = []
  const hasRoom = (key: string) => count < total && (inside.get(key) ?? 0) < perKey
  const take = (key: string) => {
    count += 1
    inside.set(key, (inside.get(key) ?? 0) + 1)
  }
  const leave = (key: string) => {
    count -= 1
    const left = inside.get(key)! - 1
    if (left === 0) inside.delete(key)
    else inside.set(key, left)
    const next = waiters.findIndex((waiter) => hasRoom(waiter.key))
    if (next < 0) return
    const [waiter] = waiters.splice(next, 1)
    take(waiter!.key)
    waiter!.enter()
  }
  return {
    async enter(key) {
      if (hasRoom(key)) take(key)
      else await new Promise<void>((enter) => waiters.push({ key, enter }))
      return () => leave(key)
    },
  }
}
