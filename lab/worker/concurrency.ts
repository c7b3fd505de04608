/** Bounds what is in flight, per key and over all, and how much starts in one turn of the event loop. */
export interface Gate {
  /** Calls `start` when there is a place, in the order of the calls. `start` gets the function that frees the place, to be called once. */
  enter(key: string, start: Start): void
}

export type Start = (leave: () => void) => void

export interface GateBounds {
  readonly perKey: number
  readonly total: number
  /**
   * Starts in one turn of the event loop. Connections to open ports end within a few turns, so that of a large batch
   * only those to blocked ports are in memory together.
   */
  readonly perTurn: number
}

interface Key {
  readonly name: string
  inside: number
  readonly waiting: Start[]
  readonly leave: () => void
}

/** A gate that admits the waiters of one key in their order. */
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
        key.waiting.shift()!(key.leave)
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

  function open(name: string): Key {
    const key: Key = { name, inside: 0, waiting: [], leave: () => leave(key) }
    keys.set(name, key)
    return key
  }

  return {
    enter(name, start) {
      const key = keys.get(name) ?? open(name)
      key.waiting.push(start)
      admit()
    },
  }
}
