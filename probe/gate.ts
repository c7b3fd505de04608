/** Limits concurrency. Waiters enter in the order of their arrival. */
export interface Gate {
  /** Returns undefined if there is a free slot. Each caller must call `leave` when done. */
  enter(): Promise<void> | undefined
  leave(): void
}

export function createGate(places: number): Gate {
  let free = places
  const waiting: (() => void)[] = []
  return {
    enter() {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve))
      free -= 1
      return undefined
    },
    leave() {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    },
  }
}
