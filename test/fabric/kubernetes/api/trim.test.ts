import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveObject } from '../../../../fabric/kubernetes/api/objects.ts'
import { createReader } from '../../../../fabric/kubernetes/api/reader.ts'
import { allBut, only, type Shape } from '../../../../fabric/kubernetes/api/shape.ts'
import { createTrim } from '../../../../fabric/kubernetes/api/trim.ts'
import { projected, shapeOf } from '../../../../fabric/kubernetes/world/project.ts'

type Fields = Readonly<Record<string, unknown>>

/** Words in which brackets, quotation marks and letters stand as they do at the end of a list, and others that are written with escapes or several bytes. */
const words = fc.constantFrom(
  ...[
    'a',
    ']',
    '[',
    '}]',
    '],',
    ']},',
    ']},"a',
    '"],"b":{',
    String.raw`\]},\"a`,
    '\\',
    '{"a":[]}',
    '',
    'é”',
    '𝔸]',
    '\n',
  ],
)
const keys = fc.constantFrom('a', 'b', 'metadata', 'managedFields', 'é', '__proto__')
const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(words, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(true, null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.dictionary(keys, words), { maxLength: 3 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
  ),
})).value
const shapes = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Shape>('all', 'none'),
    fc.dictionary(keys, tie('shape')).map(only),
    fc.dictionary(keys, tie('shape')).map(allBut),
  ),
})).shape
const indents = fc.constantFrom(undefined, 1, '\t')

/** What a shape means, of a value that was parsed. */
function left(value: unknown, shape: Shape): unknown {
  if (shape === 'all' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => left(item, shape))
  if (shape === 'none') return value
  const kept = Object.entries(value).flatMap(([key, each]) => {
    const own = Object.hasOwn(shape.keys, key) ? shape.keys[key]! : shape.others
    return own === 'none' ? [] : [[key, left(each, own)] as const]
  })
  return Object.fromEntries(kept)
}

test('what is left of JSON is what its shape says, whatever stands in its strings and however it is spaced', () => {
  fc.assert(
    fc.property(anything, shapes, indents, (value, shape, indent) => {
      fc.pre(shape !== 'none')
      const trimmed = createTrim(shape)(Buffer.from(JSON.stringify(value, null, indent)))
      expect(JSON.parse(trimmed)).toEqual(left(JSON.parse(JSON.stringify(value)), shape))
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['ends too soon', '{"a":[{"b":1}'],
  ['goes on', '{"a":1}}'],
  ['ends in a string', '{"b":"x\\"}'],
  ['has no colon', '{"a" 1}'],
  ['has no comma', '{"a":1 "b":2}'],
  ['has no value', '{"b":,"a":1}'],
  ['has a key that is no string', '{a:1}'],
  ['has a key with an escape', String.raw`{"\u0061":1}`],
])('JSON that %s is not understood', (_, text) => {
  expect(() => createTrim(only({ a: 'all' }))(Buffer.from(text))).toThrow(SyntaxError)
})

const field = (...names: readonly string[]) => fc.constantFrom(...names)
const fields = (names: readonly string[], value: fc.Arbitrary<unknown>) =>
  fc.dictionary(field(...names, 'managedFields', 'env', 'odd'), value, { maxKeys: 8 })
const list = (names: readonly string[]) => fc.array(fields(names, anything), { maxLength: 3 })
const metadata = fc
  .tuple(
    fields(['uid', 'labels', 'ownerReferences', 'deletionTimestamp', 'resourceVersion'], anything),
    fc.dictionary(fc.constantFrom('crosscheck.dev/role', 'other', ']},"a'), words),
    list(['manager', 'fieldsV1']),
  )
  .map(([own, annotations, managedFields]) => ({ name: 'n', ...own, annotations, managedFields }))
const spec = fc
  .tuple(
    fields(['nodeName', 'hostNetwork', 'dnsConfig', 'volumes'], anything),
    list(['name', 'ports', 'readinessProbe']),
    list(['restartPolicy', 'ports']),
  )
  .map(([own, containers, initContainers]) => ({ ...own, containers, initContainers }))
const status = fc
  .tuple(
    fields(['phase', 'podIP', 'podIPs', 'addresses'], anything),
    fc.array(fc.record({ type: field('Ready', 'PodScheduled'), status: field('True', 'False'), message: words })),
    fc.array(fc.record({ name: words, restartCount: fc.nat(), state: fields(['running', 'waiting'], anything) })),
  )
  .map(([own, conditions, containerStatuses]) => ({ ...own, conditions, containerStatuses }))

test.each(['Pod', 'Node', 'Service', 'NetworkPolicy'] as const)(
  'what a world is made from is the same whether a %s is read in its shape or whole',
  (kind) => {
    const read = createReader(allBut({ items: shapeOf(kind) }))
    fc.assert(
      fc.property(fc.array(fc.record({ metadata, spec, status }), { maxLength: 3 }), indents, (items, indent) => {
        const text = JSON.stringify({ items, metadata: { continue: 'next' } }, null, indent)
        const whole = JSON.parse(text) as Fields
        const short = read(Buffer.from(text), 'GET /pods') as Fields
        const of = (page: Fields) => (page['items'] as LiveObject[]).map(projected(kind))
        expect([of(short), short['metadata']]).toEqual([of(whole), whole['metadata']])
        for (const each of short['items'] as LiveObject[]) expect(each.metadata).not.toHaveProperty('managedFields')
      }),
      { numRuns: 500 },
    )
  },
)
