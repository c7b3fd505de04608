import { expect, test } from 'vitest'
import { items, readOnce, text } from '../../policy/decode.ts'
import { type Field, field } from '../../policy/field.ts'
import type { Problem } from '../../policy/types.ts'

function objectWith(value: object, subject: string, problems: Problem[]): Field {
  return field({ value: { value }, path: [], source: { subject, at: () => undefined, problems } }, 'value')
}

test('what many objects share is read once', () => {
  const read = readOnce((of) => items(of).map(text))
  const [problems, shared] = [[], ['a', 'b']]
  const first = read(objectWith(shared, 'Pod n/one', problems))
  expect(first).toEqual(['a', 'b'])
  expect(read(objectWith(shared, 'Pod n/two', problems))).toBe(first)
  expect(read(objectWith([...shared], 'Pod n/three', problems))).not.toBe(first)
})

test('a mistake in what many objects share is told of each of them', () => {
  const read = readOnce((of) => items(of).map(text))
  const problems: Problem[] = []
  const shared = [7]
  for (const subject of ['Pod n/one', 'Pod n/two']) read(objectWith(shared, subject, problems))
  expect(problems.map(({ message }) => message)).toEqual([
    'Pod n/one: value[0]: expected a string, got the number 7',
    'Pod n/two: value[0]: expected a string, got the number 7',
  ])
})
