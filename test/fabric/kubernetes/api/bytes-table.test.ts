import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBytesTable } from '../../../../fabric/kubernetes/api/bytes-table.ts'

test('gives to each text what was added of it, wherever it stands', () => {
  const texts = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 4 }))
  fc.assert(
    fc.property(texts, fc.string({ maxLength: 5 }), (all, around) => {
      const table = createBytesTable()
      for (const text of all) table.add(Buffer.from(text), text)
      const at = Buffer.byteLength(around)
      for (const text of [...all, ...all.toReversed()]) {
        const bytes = Buffer.from(`${around}${text}${around}`)
        expect(table.find(bytes, at, at + Buffer.byteLength(text))?.value).toBe(text)
      }
    }),
  )
})

test('texts of one hash are told apart', () => {
  const table = createBytesTable()
  // Found by trying.
  const twins = ['k2gc', 'ki65']
  for (const text of twins) table.add(Buffer.from(text), text)
  for (const text of twins) expect(table.find(Buffer.from(text), 0, text.length)?.value).toBe(text)
})

test('nothing is known of a text that was not added', () => {
  const table = createBytesTable()
  table.add(Buffer.from('abc'), 1)
  expect(table.find(Buffer.from('abcd'), 0, 3)?.value).toBe(1)
  expect(table.find(Buffer.from('abcd'), 0, 4)).toBeUndefined()
  expect(table.find(Buffer.from('abcd'), 0, 2)).toBeUndefined()
})
