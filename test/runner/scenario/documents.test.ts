import { expect, test } from 'vitest'
import { parseScenarios } from '../../../runner/scenario/parse.ts'

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
  ['with a comment and a list each', general, 2, 8],
])('1,000 paths %s keep their values and places', (_, item, height, first) => {
  const { scenarios, problems } = parseScenarios(long(item, 1_000), 'f')
  expect(problems).toEqual([])
  const [scenario] = scenarios
  expect(scenario?.paths).toHaveLength(1_000)
  expect(scenario?.paths[999]?.target).toMatchObject({ kind: 'tcp', port: 80 })
  expect(scenario?.paths[999]?.place).toEqual({ file: 'f', line: first + 999 * height, column: 7 })
  expect(scenario?.targets.get('t')?.place).toEqual({ file: 'f', line: 7 + 1_000 * height, column: 14 })
})

test('a mistake deep in a long list stands at its line and column', () => {
  const text = long((index) => (index === 900 ? '    - { from: a, to: t, expect: allwed }' : braces(index)), 1_000)
  expect(parseScenarios(text, 'f').problems).toEqual([
    {
      severity: 'error',
      message: 'spec.paths[900].expect: expected allowed, blocked or a mapping, got "allwed"',
      hint: 'did you mean allowed?',
      place: { file: 'f', line: 907, column: 33 },
    },
  ])
})

test('broken YAML and a key given twice in a long list stand at their lines', () => {
  const broken = (line: string) => long((index) => (index === 900 ? line : braces(index)), 1_000)
  expect(parseScenarios(broken('    - { from: a, to: t'), 'f').problems[0]?.place?.line).toBe(908)
  expect(parseScenarios(broken('    - { from: a, from: a, to: t, expect: blocked }'), 'f').problems).toMatchObject([
    { message: '"from" is given twice', place: { line: 907, column: 18 } },
  ])
})

test('a text that is too large for a tree is one mistake with its hint', () => {
  const text = `${head}  paths: []\n${`# ${'x'.repeat(1022)}\n`.repeat(4096)}`
  expect(parseScenarios(text, 'f').problems).toEqual([
    {
      severity: 'error',
      message: 'the YAML is larger than 4 MiB',
      hint: 'use lists in from and to, or a matrix, or split the file',
      place: { file: 'f', line: 1, column: 1 },
    },
  ])
})
