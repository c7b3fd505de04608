import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { lintText } from './linted.ts'

const folder = 'test/fixtures/lint'
const documents = readdirSync(folder).flatMap((name) =>
  parseAllDocuments(readFileSync(`${folder}/${name}`, 'utf8')).map((document): unknown => document.toJS()),
)

const junk = fc.oneof(
  fc.constantFrom(
    null,
    {},
    [],
    [null],
    '',
    'x'.repeat(1000),
    -1,
    0,
    70_000,
    1.5,
    true,
    { a: { b: [{}] } },
    '0.0.0.0/0',
  ),
  fc.string(),
)

/** A document with one of its values replaced; the steps choose the way down. */
function damaged(value: unknown, steps: readonly number[], by: unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined || typeof value !== 'object' || value === null) return by
  const keys = Object.keys(value)
  if (keys.length === 0) return by
  const key = keys[step % keys.length]!
  const inner = damaged((value as Record<string, unknown>)[key], rest, by)
  if (Array.isArray(value)) return value.map((item: unknown, index) => (String(index) === key ? inner : item))
  return { ...value, [key]: inner }
}

it('never throws, and every finding has a place in the text, whatever the objects hold', { timeout: 120_000 }, () => {
  const one = fc.tuple(fc.constantFrom(...documents), fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }), junk)
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 4 }),
      fc.array(fc.constantFrom(...documents), { maxLength: 3 }),
      (bad, good) => {
        const all = [...good, ...bad.map(([document, steps, by]) => damaged(document, steps, by))]
        const text = all.map((each) => stringify(each)).join('---\n')
        const lines = text.split('\n')
        for (const { place, message } of lintText(text)) {
          expect(place.line).toBeLessThanOrEqual(lines.length)
          expect(place.column).toBeLessThanOrEqual((lines[place.line - 1]?.length ?? 0) + 1)
          expect(message).not.toMatch(/undefined|\[object/)
        }
      },
    ),
    { numRuns: 200 },
  )
})
