import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveObject } from '../../../../../fabric/kubernetes/api/objects.ts'
import { createParse } from '../../../../../fabric/kubernetes/api/partial-json/parse.ts'
import {
  allBut,
  createReader,
  only,
  type Shape,
  shared,
} from '../../../../../fabric/kubernetes/api/partial-json/reader.ts'
import { projected, shapeOf } from '../../../../../fabric/kubernetes/world/project.ts'

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
const keys = fc.constantFrom('a', 'b', 'metadata', 'managedFields', 'é')
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
    tie('shape')
      .filter((shape) => shape !== 'none')
      .map(shared),
  ),
})).shape
const indents = fc.constantFrom(undefined, 1, '\t')

/** What a shape means, of a value that was parsed. */
function left(value: unknown, shape: Shape): unknown {
  if (shape === 'all' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => left(item, shape))
  if (shape === 'none') return value
  if ('shared' in shape) return left(value, shape.shared)
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
      const read = createParse(shape)(Buffer.from(JSON.stringify(value, null, indent)))
      expect(read).toEqual(left(JSON.parse(JSON.stringify(value)), shape))
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
  expect(() => createParse(only({ a: 'all' }))(Buffer.from(text))).toThrow(SyntaxError)
})

const field = (...names: readonly string[]) => fc.constantFrom(...names)
const fields = (names: readonly string[], value: fc.Arbitrary<unknown>) =>
  fc.dictionary(field(...names, 'managedFields', 'env', 'odd'), value, { maxKeys: 8 })
const list = (names: readonly string[]) => fc.array(fields(names, anything), { maxLength: 3 })
const metadata = fc
  .tuple(
    fields(['uid', 'labels', 'ownerReferences', 'deletionTimestamp', 'resourceVersion'], anything),
    fc.dictionary(fc.constantFrom('crosscheck.dev/role', 'lab.crosscheck.dev/not-ready', 'other', ']},a'), words),
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

const endpoints = list(['addresses', 'hostname', 'conditions', 'nodeName', 'targetRef'])
const objects = fc.array(fc.record({ metadata, spec, status, endpoints, ports: list(['name', 'port']) }), {
  maxLength: 3,
})

test.each(
  (['Pod', 'Node', 'Service', 'EndpointSlice', 'NetworkPolicy'] as const).flatMap((kind) => [
    [kind, false],
    [kind, true],
  ]),
)('what a world is made from is the same whether a %s is read in its shape or whole (dated: %s)', (kind, dated) => {
  const read = createReader(allBut({ items: shapeOf(kind, { dated }) }))
  fc.assert(
    fc.property(objects, indents, (items, indent) => {
      const text = JSON.stringify({ items, metadata: { continue: 'next' } }, null, indent)
      const whole = JSON.parse(text) as Page
      const short = read(Buffer.from(text), 'GET /pods') as Page
      const of = ({ items: all }: Page) => all.map(projected(kind))
      expect([of(short), short.metadata]).toEqual([of(whole), whole.metadata])
      const times = (page: Page) => page.items.map((each) => each.metadata.managedFields)
      expect(times(short)).toEqual(dated ? times(whole) : items.map(() => undefined))
    }),
    { numRuns: 300 },
  )
})

interface Page {
  readonly items: readonly LiveObject[]
  readonly metadata: unknown
}

test('a key that an object cannot be given is read whole', () => {
  const text = '{"__proto__":{"b":1},"a":2}'
  const read = createReader(allBut({ a: 'none' }))(Buffer.from(text), 'GET /')
  expect(Object.entries(read as object)).toEqual([
    ['__proto__', { b: 1 }],
    ['a', 2],
  ])
})

test('what reads alike in a shared place is one object', () => {
  const parse = createParse(only({ a: shared(only({ b: 'all' })) }))
  const read = (text: string) => (parse(Buffer.from(text)) as { readonly a: unknown }).a
  const first = read('{"a":{"b":"é","other":1}}')
  expect(first).toEqual({ b: 'é' })
  expect(read('{"a": {"other":2, "b":"é"}, "c":1}')).toBe(first)
  expect(read('{"a":{"b":"e"}}')).not.toBe(first)
})

test('a list with more different values than the cache holds is read whole, each value as it stands', () => {
  const read = createReader(allBut({ items: only({ labels: shared('all') }) }))
  const items = Array.from({ length: 25_000 }, (_, index) => ({ labels: { app: `a${Math.floor(index / 2)}` } }))
  const list = read(Buffer.from(JSON.stringify({ items })), 'GET /pods') as { items: { labels: object }[] }
  expect(list).toEqual({ items })
  expect(list.items[24_998]?.labels).toBe(list.items[24_999]?.labels)
})
