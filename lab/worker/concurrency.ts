/** Bounds what is in flight, per key and over all, and how much starts before the event loop turns. */
export interface Gate {
  /** Calls `start` when there is a place; it is handed the way out, to be called once. The hasty go before the others, also those who come a little later. */
  enter(key: string, haste: Haste, start: Start): void
}

export type Start = (leave: () => void) => void

/** Whether to be let in before those who have time. */
export type Haste = 'hasty' | 'patient'

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
  readonly waiting: Readonly<Record<Haste, Start[]>>
  readonly leave: () => void
}

/** A gate that lets waiters of one key and haste in by their order. */
export function createGate({ perKey, total, perTurn }: GateBounds): Gate {
  const keys = new Map<string, Key>()
  const outside = { hasty: 0, patient: 0 }
  let inside = 0
  let turn: { left: number } | undefined
  /** Whether somebody has come in this turn: then hasty ones may be about to come. */
  let coming = false

  function admit(): void {
    admitThose('hasty')
    if (!coming) admitThose('patient')
    else if (outside.patient > 0) turn ??= nextTurn()
  }

  function admitThose(haste: Haste): void {
    if (outside[haste] === 0) return
    for (const key of keys.values()) {
      const waiting = key.waiting[haste]
      while (waiting.length > 0 && key.inside < perKey) {
        if (inside >= total) return
        turn ??= nextTurn()
        if (turn.left === 0) return
        turn.left -= 1
        inside += 1
        key.inside += 1
        outside[haste] -= 1
        waiting.shift()!(key.leave)
      }
    }
  }

  function nextTurn(): { left: number } {
    setImmediate(() => {
      turn = undefined
      admit()
      coming = false
    })
    return { left: perTurn }
  }

  function leave(key: Key): void {
    inside -= 1
    key.inside -= 1
    const { hasty, patient } = key.waiting
    if (key.inside === 0 && hasty.length === 0 && patient.length === 0) keys.delete(key.name)
    admit()
  }

  function open(name: string): Key {
    const key: Key = { name, inside: 0, waiting: { hasty: [], patient: [] }, leave: () => leave(key) }
    keys.set(name, key)
    return key
  }

  return {
    enter(name, haste, start) {
      const key = keys.get(name) ?? open(name)
      key.waiting[haste].push(start)
      outside[haste] += 1
      coming = true
      admit()
    },
  }
}
