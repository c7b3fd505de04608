import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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

describe('what is large takes no longer than it is large', { timeout: 60_000 }, () => {
  const policy = (name: number) => ({
    ...{
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `p-${name}`, namespace: 'shop' },
    },
    spec: { podSelector: { matchLabels: { app: `a-${name}` } }, ingress: [{ from: [{ podSelector: {} }] }] },
  })
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop' }, spec: { containers: [] } }
  const config = (text: string) => stringify({ ...pod, kind: 'ConfigMap', data: { 'a.yaml': text } })

  it('a list on one line with something found in each of a thousand items', () => {
    const items = [pod, ...Array.from({ length: 1000 }, (_, index) => policy(index))]
    const found = lintText(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    expect(found.filter(({ rule }) => rule === 'policy-selects-no-pod')).toHaveLength(1000)
    expect(new Set(found.map(({ place }) => place.column)).size).toBeGreaterThan(1000)
  })

  it('a file of a proxy with ten thousand servers', () => {
    const servers = Array.from({ length: 10_000 }, (_, index) => `- {name: u-${index}, server: s-${index}.gone.svc:80}`)
    expect(lintText(config(servers.join('\n'))).filter(({ rule }) => rule === 'unknown-host')).toHaveLength(10_000)
  })

  it.each(['a', '{', '${', '{{', 'a@', 'a.', 'a://'])('a text of nothing but %s', (part) => {
    expect(lintText(config(part.repeat(500_000 / part.length)))).toEqual([])
  })
})
