/** Lets so many in at once; the others wait in the order in which they came. */
export interface Gate {
  /** Undefined when there is a place at once. Whoever is in must leave. */
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
