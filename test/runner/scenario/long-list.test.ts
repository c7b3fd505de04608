import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseScenarios } from '../../../runner/scenario/parse.ts'
import { readSimpleItems } from '../../../runner/scenario/simple-items.ts'

const head = `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: long }
spec:
  sources: { a: { namespace: a } }
`

function long(item: (index: number) => string, count: number): string {
  return `${head}  paths:\n${Array.from({ length: count }, (_, index) => item(index)).join('\n')}\n  targets: { t: 'tcp://t:1' }\n`
}

const braces = (index: number) => `    - { from: a, to: 'tcp://h${index}:80', expect: blocked }`
const lines = (index: number) => `    - from: a\n      to: tcp://h${index}:80\n      expect: blocked`
const general = (index: number) =>
  `    # a comment\n    - { from: [a], to: "tcp://h\\u0041${index}:80", expect: blocked }`

test.each([
  ['in braces', braces, 1, 7],
  ['one pair per line', lines, 3, 7],
  ['in a form for the general reader', general, 2, 8],
])('10,000 paths %s keep their values and places', (_, item, height, first) => {
  const { scenarios, problems } = parseScenarios(long(item, 10_000), 'f')
  expect(problems).toEqual([])
  const [scenario] = scenarios
  expect(scenario?.paths).toHaveLength(10_000)
  expect(scenario?.paths[9_999]?.target).toMatchObject({ kind: 'tcp', port: 80 })
  expect(scenario?.paths[9_999]?.place).toEqual({ file: 'f', line: first + 9_999 * height, column: 7 })
  expect(scenario?.targets.get('t')?.place).toEqual({ file: 'f', line: 7 + 10_000 * height, column: 14 })
})

test('a mistake deep in a long list stands at its line and column', () => {
  const text = long((index) => (index === 9_000 ? '    - { from: a, to: t, expect: allwed }' : braces(index)), 10_000)
  expect(parseScenarios(text, 'f').problems).toEqual([
    {
      severity: 'error',
      message: 'spec.paths[9000].expect: expected allowed, blocked or a mapping, got "allwed"',
      hint: 'did you mean allowed?',
      place: { file: 'f', line: 9_007, column: 33 },
    },
  ])
})

test('broken YAML and a key given twice in a long list stand at their lines', () => {
  const broken = (line: string) => long((index) => (index === 9_000 ? line : braces(index)), 10_000)
  expect(parseScenarios(broken('    - { from: a, to: t'), 'f').problems[0]?.place?.line).toBe(9_008)
  expect(parseScenarios(broken('    - { from: a, from: a, to: t, expect: blocked }'), 'f').problems).toMatchObject([
    { message: '"from" is given twice', place: { line: 9_007, column: 18 } },
  ])
})

test('a list with anchors is read as a whole', () => {
  const item = (index: number) => (index === 0 ? '    - &first { from: a, to: t, expect: blocked }' : braces(index))
  const { problems, scenarios } = parseScenarios(long(item, 10_000), 'f')
  expect(problems).toEqual([])
  expect(scenarios[0]?.paths).toHaveLength(10_000)
})

test('a text block that looks like a list of paths stays a text', () => {
  const block = Array.from({ length: 10_000 }, (_, index) => `      ${braces(index)}`).join('\n')
  const text = `${head.replace('{ name: long }', `\n  name: long\n  description: |\n    x\n    paths:\n${block}`)}  paths: [{ from: a, to: 'tcp://t:1', expect: blocked }]\n`
  const { problems, scenarios } = parseScenarios(text, 'f')
  expect(problems.map(({ message }) => message)).toEqual(['metadata.description: has more than 10000 characters'])
  expect(scenarios).toEqual([])
})

test('what the quick reader takes, it reads as YAML does', () => {
  const word = fc.string({ unit: fc.constantFrom(...Array.from('aT1-._/: ,#"\'{}[]&*!|>%@`~?=é\\\t')), maxLength: 12 })
  const quoted = fc.tuple(fc.constantFrom('', '"', "'"), word).map(([quote, text]) => `${quote}${text}${quote}`)
  const special = fc.constantFrom(
    'null',
    'true',
    'False',
    '0',
    '007',
    '1e3',
    '12',
    'tcp://h:80',
    'a b',
    'a: b',
    'x #y',
    '~',
    '.5',
  )
  const value = fc.oneof(quoted, special)
  const key = fc.constantFrom('from', 'to', 'why')
  const pairs = fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 3 })
  let taken = 0
  fc.assert(
    fc.property(pairs, fc.boolean(), (list, inBraces) => {
      const all = list.map(([name, text]) => `${name}: ${text}`)
      const text = inBraces ? `  - { ${all.join(', ')} }` : `  - ${all.join('\n    ')}`
      const items = readSimpleItems(text, '  ')
      if (items === undefined) return
      taken++
      expect(items.map((item) => item.value)).toEqual(parse(text))
    }),
    { numRuns: 5000, seed: 1 },
  )
  expect(taken).toBeGreaterThan(300)
})
