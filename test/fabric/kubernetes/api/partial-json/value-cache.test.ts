import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createValueCache } from '../../../../../fabric/kubernetes/api/partial-json/value-cache.ts'

test('the cache gives each text its value, wherever the text stands', () => {
  const texts = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 4 }))
  fc.assert(
    fc.property(texts, fc.string({ maxLength: 5 }), (all, around) => {
      const cache = createValueCache()
      for (const text of all) cache.add(Buffer.from(text), text)
      const at = Buffer.byteLength(around)
      for (const text of [...all, ...all.toReversed()]) {
        const bytes = Buffer.from(`${around}${text}${around}`)
        expect(cache.find(bytes, at, at + Buffer.byteLength(text))?.value).toBe(text)
      }
    }),
  )
})

test('the cache distinguishes texts of one hash', () => {
  const cache = createValueCache()
  // Found by trying.
  const twins = ['k2gc', 'ki65']
  for (const text of twins) cache.add(Buffer.from(text), text)
  for (const text of twins) expect(cache.find(Buffer.from(text), 0, text.length)?.value).toBe(text)
})

test('the cache has no value for a text that was not added', () => {
  const cache = createValueCache()
  cache.add(Buffer.from('abc'), 1)
  expect(cache.find(Buffer.from('abcd'), 0, 3)?.value).toBe(1)
  expect(cache.find(Buffer.from('abcd'), 0, 4)).toBeUndefined()
  expect(cache.find(Buffer.from('abcd'), 0, 2)).toBeUndefined()
})

test('a full cache forgets what it holds when another value is added', () => {
  const cache = createValueCache(2)
  const find = (text: string) => cache.find(Buffer.from(text), 0, text.length)?.value
  for (const text of ['a', 'b']) cache.add(Buffer.from(text), text)
  expect([find('a'), find('b')]).toEqual(['a', 'b'])
  cache.add(Buffer.from('c'), 'c')
  expect([find('a'), find('b'), find('c')]).toEqual([undefined, undefined, 'c'])
  cache.add(Buffer.from('a'), 'again')
  expect([find('a'), find('c')]).toEqual(['again', 'c'])
})
