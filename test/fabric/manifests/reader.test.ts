import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { createReader } from '../../../fabric/manifests/reader.ts'

const pod = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`
const item = (name: string) => `- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: ${name}\n`

/** What both read of the texts of two sides, one after the other: data, places of a few paths, problems. */
function told(before: string, after: string, readers: readonly [first: object, second: object]) {
  return [before, after].map((text, side) => {
    const reader = readers[side] as ReturnType<typeof createReader>
    const { objects, problems } = readManifests([{ file: `${side}.yaml`, text }], { reader })
    const places = objects.map(({ at, place }) => [
      place,
      at(['metadata', 'name']),
      at(['metadata'], 'key'),
      at(['spec', 'list', 1]),
    ])
    return { values: objects.map(({ value, name }) => [name, value]), places, problems }
  })
}

describe('a reader of two sides', () => {
  it('parses a document that stands in both once, wherever it stands', () => {
    const reader = createReader()
    const side = (text: string) => readManifests([{ file: 'm.yaml', text }], { reader }).objects
    const [a] = side(`---\n${pod('a')}`)
    const [, again] = side(`---\n${pod('b')}---\n${pod('a')}`)
    expect(again?.value).toBe(a?.value)
    expect(side(`---\n${pod('a')}# changed\n`)[0]?.value).not.toBe(a?.value)
  })
  it('tells the place of it on each side', () => {
    const reader = createReader()
    const name = (file: string, text: string) =>
      readManifests([{ file, text }], { reader })
        .objects.find((object) => object.name === 'a')
        ?.at(['metadata', 'name'])
    const [before, after] = [`---\n${pod('a')}`, `---\n${pod('b')}---\n${pod('a')}`]
    expect(name('before.yaml', before)).toEqual({ file: 'before.yaml', line: 5, column: 9 })
    expect(name('after.yaml', after)).toEqual({ file: 'after.yaml', line: 10, column: 9 })
  })
  it('says of a faulty one on each side where it is faulty there', () => {
    const reader = createReader()
    const problems = ['', `---\n${pod('b')}`].map(
      (above) => readManifests([{ file: 'm.yaml', text: `${above}---\n${pod('a')}kind: Pod\n` }], { reader }).problems,
    )
    expect(problems).toMatchObject([[{ place: { line: 6 } }], [{ place: { line: 11 } }]])
    expect(problems[1]?.[0]?.hint).toContain('API server')
  })
  it('keeps apart what is one document on one side and a document under a directive on the other', () => {
    const text = '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: yes}\n'
    const reader = createReader()
    const data = [text, `%YAML 1.2\n${text}`].map(
      (each) => readManifests([{ file: 'm.yaml', text: each }], { reader }).objects[0]?.value.data,
    )
    expect(data).toEqual([{ a: true }, { a: 'yes' }])
  })
  it('tells places in more text than stays parsed, asked again and again', () => {
    const reader = createReader()
    const filler = `  annotations: {x: "${'x'.repeat(100_000)}"}\n`
    const text = Array.from({ length: 12 }, (_, at) => `---\n${pod(`p${at}`)}${filler}`).join('')
    const { objects } = readManifests([{ file: 'm.yaml', text }], { reader })
    for (const round of [objects, objects.toReversed()])
      expect(round.map(({ name, at }) => [name, at(['metadata', 'name'])?.line])).toEqual(
        round.map(({ name }) => [name, Number(name.slice(1)) * 6 + 5]),
      )
  })
  it('tells the same as a reader of each, whatever the sides have in common', () => {
    const documents = [
      ...[
        pod('a'),
        pod('b'),
        `${pod('a')}spec: {list: [1, 2]}\n`,
        `${pod('c')}kind: Pod\n`,
        'a: [1\n',
        '',
        '# only this\n',
      ],
      'apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: d}\ndata: {a: yes, b: *m, c: 0o7, d: 07}\n',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: *m\n',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  <<: {name: e}\n',
      'apiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: f\r\n',
      `kind: List\nitems:\n${item('g')}${item('h')}${item('g')}`,
      `apiVersion: v1\nkind: List\nitems:\n${item('h')}- 7\n`,
      'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: i-}\n',
      `${pod('j')}...\n${pod('k')}`,
    ]
    const file = fc
      .record({
        head: fc.constantFrom('', '---\n', '%YAML 1.2\n---\n', '# a comment\n---\n'),
        parts: fc.array(fc.constantFrom(...documents), { maxLength: 5 }),
      })
      .map(({ head, parts }) => `${head}${parts.join('---\n')}`)
    fc.assert(
      fc.property(file, file, (before, after) => {
        const reader = createReader()
        expect(told(before, after, [reader, reader])).toEqual(told(before, after, [createReader(), createReader()]))
      }),
    )
  })
})
