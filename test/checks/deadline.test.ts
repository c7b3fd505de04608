import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { closeDeadline, startDeadline, within } from '../../checks/deadline.ts'

const never = (): (() => void) => () => {}

describe('a deadline', () => {
  test('of a signal that was aborted before has ended', async () => {
    const deadline = startDeadline(60_000, AbortSignal.abort())
    expect(await within(deadline, never)).toBe('aborted')
    closeDeadline(deadline)
  })

  test('puts one listener on the signal of a thousand checks, and ends them all', async () => {
    const controller = new AbortController()
    const deadlines = Array.from({ length: 1000 }, () => startDeadline(60_000, controller.signal))
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    const ends = Promise.all(deadlines.map((deadline) => within(deadline, never)))
    controller.abort()
    expect(new Set(await ends)).toEqual(new Set(['aborted']))
    for (const deadline of deadlines) closeDeadline(deadline)
  })

  test('cleans up once, whether what it waited for settles at once, later or never', async () => {
    let cleaned = 0
    const cleanUp = (): void => {
      cleaned++
    }
    const deadline = startDeadline(20)
    const atOnce = await within<object>(deadline, (settle) => {
      settle({})
      settle({})
      return cleanUp
    })
    expect([atOnce, cleaned]).toEqual([{}, 1])
    expect(await within<object>(deadline, () => cleanUp)).toBe('expired')
    expect(cleaned).toBe(2)
    closeDeadline(deadline)
  })

  test('gives back the time in which the process stood still', async () => {
    const deadline = startDeadline(20)
    const seen = within<object>(deadline, (settle) => {
      const hop = (left: number): void => void (left === 0 ? settle({}) : setImmediate(hop, left - 1))
      setImmediate(hop, 10)
      return never()
    })
    const until = performance.now() + 300
    while (performance.now() < until);
    expect(await seen).toEqual({})
    closeDeadline(deadline)
  })

  test('passes on what is thrown at the start', async () => {
    const deadline = startDeadline(undefined)
    const broken = within(deadline, () => {
      throw new Error('no socket')
    })
    await expect(broken).rejects.toThrow('no socket')
  })
})
