/** Bounds what is in flight, per key and over all, and how much starts before the event loop turns. */
export interface Gate {
  /** Waits for a place; the function returned gives it back and must be called once. */
  enter(key: string): Promise<() => void>
}

export interface GateBounds {
  readonly perKey: number
  readonly total: number
  /**
   * Entries in one turn of the event loop. What starts is an open path or a blocked one: the open ones end within a few turns, so that
   * of a large batch only the blocked ones are in memory together.
   */
  readonly perTurn: number
}

interface Key {
  readonly name: string
  inside: number
  readonly waiting: (() => void)[]
}

/** A gate that lets waiters of one key in by their order. */
export function createGate({ perKey, total, perTurn }: GateBounds): Gate {
  const keys = new Map<string, Key>()
  let inside = 0
  let turn: { left: number } | undefined

  function admit(): void {
    for (const key of keys.values()) {
      while (key.waiting.length > 0 && key.inside < perKey) {
        if (inside >= total) return
        turn ??= nextTurn()
        if (turn.left === 0) return
        turn.left -= 1
        inside += 1
        key.inside += 1
        key.waiting.shift()!()
      }
    }
  }

  function nextTurn(): { left: number } {
    setImmediate(() => {
      turn = undefined
      admit()
    })
    return { left: perTurn }
  }

  function leave(key: Key): void {
    inside -= 1
    key.inside -= 1
    if (key.inside === 0 && key.waiting.length === 0) keys.delete(key.name)
    admit()
  }

  return {
    enter(name) {
      const key = keys.get(name) ?? { name, inside: 0, waiting: [] }
      keys.set(name, key)
      return new Promise((resolve) => {
        key.waiting.push(() => resolve(() => leave(key)))
        admit()
      })
    },
  }
}
