import { expect, test } from 'vitest'
import { anchorsOf, pages, sources } from './pages.ts'

/** The numbers of `33`, `33, 47`, `41 to 43` and `50 and 52`. */
const numbers = String.raw`\d+(?:(?:, | to | and |, and | or )\d+)*`

/** Where a page is cited by number, as `file: number`. */
function cited(pattern: RegExp): readonly (readonly [string, string])[] {
  return [...sources].flatMap(([file, text]) =>
    [...text.matchAll(pattern)].flatMap(([, list = '']) => [...list.matchAll(/\d+/g)].map(([n]) => [file, n] as const)),
  )
}

function missing(page: string, prefix: string, citations: readonly (readonly [string, string])[]): readonly string[] {
  const anchors = anchorsOf(pages.get(page) ?? '')
  return citations.filter(([, n]) => !anchors.has(`${prefix}-${n}`)).map(([file, n]) => `${file}: ${prefix} ${n}`)
}

test('each rule that sources and messages cite stands in docs/semantics.md', () => {
  const citations = [
    ...cited(new RegExp(String.raw`docs/semantics\.md, rules? (${numbers})`, 'g')),
    ...cited(/docs\/semantics\.md#rule-(\d+)/g),
    ...cited(/\bruleLinks\(([\d, ]+)\)/g),
    ...cited(new RegExp(String.raw`\b[Rr]ules? (${numbers})\b(?! in words of)`, 'g')),
  ]
  expect(citations.length).toBeGreaterThan(100)
  expect(missing('docs/semantics.md', 'rule', citations)).toEqual([])
})

test('docs/semantics.md has its rules in order, none twice', () => {
  const text = pages.get('docs/semantics.md') ?? ''
  const found = [...text.matchAll(/^<a id="rule-(\d+)"><\/a>\*\*(\d+)\.\*\* /gm)].map(([, id, shown]) => [id, shown])
  expect(found).toEqual(Array.from({ length: 66 }, (_, index) => [String(index + 1), String(index + 1)]))
})

test('each condition that sources cite stands in docs/verdicts.md', () => {
  const citations = [
    ...cited(new RegExp(String.raw`docs/verdicts\.md, conditions? (${numbers})`, 'g')),
    ...cited(/docs\/verdicts\.md#condition-(\d+)/g),
  ]
  expect(citations.length).toBeGreaterThan(4)
  expect(missing('docs/verdicts.md', 'condition', citations)).toEqual([])
})

test('no comment cites a page without its folder', () => {
  const bare = [...sources].flatMap(([file, text]) =>
    [
      ...text.matchAll(
        /(?<![\w./-]|\]\()(?:verdicts|semantics|outcomes|scenario-file|design)\.md\b|(?<!docs\/)\bsemantics\s+(?:rule|§)/gi,
      ),
    ]
      .filter(() => file !== 'test/docs/citations.test.ts')
      .map(([found]) => `${file}: ${found}`),
  )
  expect(bare).toEqual([])
})
