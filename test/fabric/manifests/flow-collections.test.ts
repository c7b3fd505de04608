import { describe, expect, it } from 'vitest'
import { onOneLine } from '../../../fabric/manifests/flow-collections.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'

const read = (text: string) => readManifests([{ file: 'm.yaml', text }])
const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'

describe('a flow collection is read as kubectl reads it', () => {
  it.each([
    ['a tab before an item', 'data:\n  deep:\n    x:\n      [\n        "a",\n\t    "b"\n      ]\n'],
    ['tabs alone before the items', 'data:\n  deep:\n    x: [\n\t\ta,\n\t\tb,\n\t]\n'],
    ['items left of their key', 'data:\n  deep:\n    x: [\na, # the first ]\n"b"\n]\n'],
    ['a list in a list, by tabs', 'data:\n  deep:\n    x:\n    - a\n    - b\nmore:\n  - [\n\t1, {\n\tc: d}]\n'],
  ])('with %s', (_, data) => {
    const { objects, problems } = read(head + data)
    expect(problems).toEqual([])
    expect(objects[0]?.value.data).toEqual({ deep: { x: ['a', 'b'] } })
  })

  it('with the places of the text as it stands', () => {
    const { objects } = read(`${head}data:\n  deep:\n    x: [\n\t\ta,\n\t\tb]\n  after: {\n\tz: 1}\n`)
    expect(objects[0]?.at(['data', 'deep', 'x', 1])).toMatchObject({ line: 8, column: 3 })
    expect(objects[0]?.at(['data', 'after', 'z'])).toMatchObject({ line: 10, column: 5 })
  })
})

it('a scalar in quotes may go on at the indentation of its key', () => {
  const { objects, problems } = read(
    `${head}data:\n  a: 'it''s\n  so'\n  b: ''\n  c: "x \\" y\n  z"\n  d: ""\n  e: 'f'\n`,
  )
  expect(problems).toEqual([])
  const data = objects[0]?.value.data as Record<string, string>
  expect(Object.fromEntries(Object.entries(data).map(([key, text]) => [key, text.replaceAll(/ +/g, ' ')]))).toEqual({
    ...{ a: "it's so", b: '', c: 'x " y z', d: '', e: 'f' },
  })
})

it('a tab that indents a block is refused, as kubectl does', () => {
  const { objects, problems } = read('apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n')
  expect(objects).toEqual([])
  expect(problems[0]).toMatchObject({ place: { line: 4, column: 1 }, hint: 'indent with spaces' })
})

it('brackets in block scalars, quotes and plain scalars are left alone', () => {
  const text = `a: |\n  b: [\n\tx\n  ]\nc: "[ d"\ne: f [g\nh: 'i'\n`
  expect(onOneLine(text)).toBe(text)
})
