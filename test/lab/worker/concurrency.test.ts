import { expect, it } from 'vitest'
import { createGate } from '../../../lab/worker/concurrency.ts'

/** Lets promises and one turn of the event loop pass. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Enters `count` times under a key; returns how many are in, and the ways out. */
function crowd(gate: ReturnType<typeof createGate>, key: string, count: number) {
  const exits: (() => void)[] = []
  for (let i = 0; i < count; i++) gate.enter(key, (leave) => exits.push(leave))
  return exits
}

it('holds back what exceeds the bound of its key, and other keys not', async () => {
  const gate = createGate({ perKey: 2, total: 100, perTurn: 100 })
  const [a, b] = [crowd(gate, 'a', 5), crowd(gate, 'b', 1)]
  await turn()
  expect([a.length, b.length]).toEqual([2, 1])
  a.shift()!()
  await turn()
  expect(a.length).toBe(2)
})

it('holds back what exceeds the bound over all keys until somebody leaves', async () => {
  const gate = createGate({ perKey: 10, total: 3, perTurn: 100 })
  const [a, b] = [crowd(gate, 'a', 2), crowd(gate, 'b', 2)]
  await turn()
  expect([a.length, b.length]).toEqual([2, 1])
  a[0]!()
  await turn()
  expect(b.length).toBe(2)
})

it('starts no more in one turn of the event loop than it was told, and the rest in the next ones', async () => {
  const gate = createGate({ perKey: 100, total: 100, perTurn: 4 })
  const exits = crowd(gate, 'a', 10)
  await Promise.resolve()
  await Promise.resolve()
  expect(exits.length).toBe(4)
  await turn()
  await turn()
  await turn()
  expect(exits.length).toBe(10)
})
