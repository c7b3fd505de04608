/** Limits how many tasks are in flight, per key and in total, and how many start in one turn of the event loop. */
export interface Gate {
  /**
   * Calls `start` when the limits allow it, in the order of the calls. `start` gets a release function, to be called
   * once.
   */
  enter(key: string, start: Start): void
}

export type Start = (leave: () => void) => void

export interface GateBounds {
  readonly perKey: number
  readonly total: number
  /**
   * Starts per turn of the event loop. Connections to open ports end within a few turns, so that only the connections
   * of a large batch to blocked ports are in memory at the same time.
   */
  readonly perTurn: number
}

interface Key {
  readonly name: string
  inside: number
  readonly waiting: Start[]
  readonly leave: () => void
}

/** Creates a gate that serves the waiters of one key in order. */
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
