import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bounded, sanitize, sanitizeText } from '../../../runner/report/sanitize.ts'

test.each([
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['\x1b[2J\x9b31m\x00', '\\x1b[2J\\x9b31m\\x00'],
  ['safe\u202egnp.exe', 'safe\\u{202e}gnp.exe'],
  ['a\u200bb\ufeff\u2028', 'a\\u{200b}b\\u{feff}\\u{2028}'],
  ['\ud800x\ufffe', '\\u{d800}x\\u{fffe}'],
  ['\u{e0041}\ue000', '\\u{e0041}\\u{e000}'],
])('what a terminal or a browser could obey is shown: %j', (hostile, shown) => {
  expect(sanitizeText(hostile)).toBe(shown)
})

test('what people write stays as it is', () => {
  expect(sanitizeText('Zürich → 東京 é ✓')).toBe('Zürich → 東京 é ✓')
})

test('marks do not pile up', () => {
  expect(sanitizeText(`e${'\u0301'.repeat(4)}`)).toBe('e\u0301\u0301\\u{301}\\u{301}')
})

test('a long text is cut, and what is missing is counted', () => {
  expect(sanitizeText('x'.repeat(10_000), { limit: 20 })).toBe(`${'x'.repeat(20)}... (9980 more characters)`)
  expect(bounded({ a: ['\x1b'.repeat(5)] }, 3)).toEqual({ a: ['\x1b\x1b\x1b... (2 more characters)'] })
})

test('every string of a value becomes one line, keys too', () => {
  expect(sanitize({ 'k\n': ['\x07', { n: 1, u: undefined, t: true }] })).toEqual({
    'k\\n': ['\\x07', { n: 1, u: undefined, t: true }],
  })
})

test('ASCII is all that is left when asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(sanitizeText(text, { ascii: true })).toMatch(/^[\x20-\x7e]*$/)
      expect(sanitizeText(text)).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u)
    }),
  )
})
