import { expect, test } from 'vitest'
import type { Check } from '../../checks/check.ts'
import type { Observation } from '../../checks/outcome.ts'
import { paced, paceSchema } from '../../probe/pace.ts'

const { signal } = new AbortController()
const check = {} as Check

test('checks begin one after the other at the pace, however many are asked for at once', async () => {
  const begun: number[] = []
  const observe = paced(async () => {
    begun.push(performance.now())
    return {} as Observation
  }, 100)
  const start = performance.now()
  await Promise.all(Array.from({ length: 6 }, () => observe(check, signal)))
  // A timer may fire a millisecond early.
  for (const [index, at] of begun.entries()) expect(at - start).toBeGreaterThan(index * 10 - 2)
})

test('who ends the batch does not wait for the turns that are left', async () => {
  const controller = new AbortController()
  let observed = 0
  const observe = paced(async () => {
    observed += 1
    return {} as Observation
  }, 0.1)
  const all = Promise.all([observe(check, controller.signal), observe(check, controller.signal)])
  controller.abort()
  await all
  expect(observed).toBe(2)
})

test('a pace that is none is a mistake', () => {
  expect(paceSchema.safeParse({ perSecond: 0 }).success).toBe(false)
  expect(paceSchema.safeParse({ perMinute: 5 }).success).toBe(false)
  expect(paceSchema.safeParse({ perSecond: 12.5, atOnce: 50 }).success).toBe(true)
})
