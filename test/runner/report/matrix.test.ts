import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gridsOf } from '../../../runner/report/grid.ts'
import { columns } from '../../../runner/report/layout.ts'
import { legend, matrixLines } from '../../../runner/report/matrix.ts'
import { styleFor } from '../../../runner/report/style.ts'
import { type Status, statuses } from '../../../runner/result/path-result.ts'

const style = styleFor({ colour: false, unicode: true, width: 80 })

function grid(cells: readonly (readonly [from: string, to: string, status: Status])[]) {
  const all = cells.map(([from, to, status], index) => ({
    index,
    scenario: 'shop',
    from,
    to,
    status,
    seen: 'open' as const,
  }))
  return gridsOf(all).get('shop') ?? { rows: new Map(), columns: new Set<string>() }
}

const product = (from: readonly string[], to: readonly string[], status: Status = 'pass') =>
  from.flatMap((a) => to.map((b) => [a, b, status] as const))

test('the gravest of several paths of a cell is shown', () => {
  for (const worse of ['pass', 'inconclusive', 'fail'] as const) {
    const lines = matrixLines(
      grid([
        ['ui', 'api', 'skipped'],
        ['ui', 'api', worse],
        ['ui', 'api', 'skipped'],
      ]),
      style,
    )
    expect(lines[1]).toBe(`  ui           ${style.marks[worse]}`)
  }
})

test('a path that is blocked as it must be has a mark of its own, unless the cell has an open one too', () => {
  const cell = (index: number, to: string, seen: 'open' | 'blocked') =>
    ({ index, scenario: 'shop', from: 'ui', to, status: 'pass', seen }) as const
  const cells = [cell(0, 'pg', 'blocked'), cell(1, 'api', 'blocked'), cell(2, 'api', 'open'), cell(3, 'api', 'blocked')]
  const made = gridsOf(cells).get('shop')!
  expect(matrixLines(made, style)[1]).toBe('  ui           ■   ✓')
  expect(legend([made], style)).toBe('✓ as expected   ■ blocked as expected')
  const many = Array.from({ length: 41 }, (_, index) => cell(index, `t${index}`, 'blocked'))
  expect(matrixLines(gridsOf(many).get('shop')!, style)[0]).toContain('every path of 1 source and 41 targets')
})

test('one source with many targets is turned', () => {
  const targets = Array.from({ length: 30 }, (_, index) => `target-${index}`)
  const lines = matrixLines(grid(product(['ui'], targets)), style)
  expect(lines.slice(0, 2)).toEqual(['  to ↓ from →  ui', '  target-0     ✓'])
})

test('names that do not fit beside each other stand as stairs', () => {
  const names = Array.from({ length: 12 }, (_, index) => `namespace-${index}`)
  const lines = matrixLines(grid([...product(names, names), ['namespace-3', 'namespace-1', 'fail']]), style)
  expect(lines[0]).toBe('                namespace-0')
  expect(lines[1]).toBe('                │ namespace-1')
  expect(lines[11]).toBe('  from ↓ to →   │ │ │ │ │ │ │ │ │ │ │ namespace-11')
  expect(lines[15]).toBe('  namespace-3   ✓ ✗ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓')
})

test('of a large matrix only what did not pass everywhere is drawn, and the rest is counted', () => {
  const names = Array.from({ length: 100 }, (_, index) => `pod-${index}`)
  expect(matrixLines(grid(product(names, names)), style)).toEqual([
    '  every path of 100 sources and 100 targets passed',
  ])
  const lines = matrixLines(grid([...product(names, names), ['pod-7', 'pod-9', 'fail']]), style)
  expect(lines.slice(0, 2)).toEqual(['  from ↓ to →  pod-9', '  pod-7        ✗'])
  expect(lines.at(-1)).toContain('99 sources, 99 targets')
})

test('the legend explains the marks that occur', () => {
  const shown = grid([
    ['ui', 'api', 'pass'],
    ['ui', 'pg', 'predicted'],
    ['job', 'pg', 'pass'],
  ])
  expect(legend([shown], style)).toBe('✓ as expected   ≈ predicted   · no path')
})

test('every line fits, and every cell is drawn', () => {
  const name = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom('a', 'b', '-', '.', '/', ':') })
  const cell = fc.tuple(name, name, fc.constantFrom(...statuses))
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 120 }), fc.integer({ min: 60, max: 120 }), (cells, width) => {
      const narrow = styleFor({ colour: false, unicode: true, width })
      const made = grid(cells)
      const lines = matrixLines(made, narrow)
      expect(lines.filter((line) => columns(line) > width)).toEqual([])
      if (made.rows.size > 40 || made.columns.size > 40) return
      const drawn = lines.join('').match(/[✓✗?≈–]/g)?.length
      expect(drawn).toBe([...made.rows.values()].reduce((sum, row) => sum + row.size, 0))
    }),
  )
})

test('wide characters take the two columns that a terminal gives them', () => {
  const lines = matrixLines(
    grid([
      ['东京', 'api', 'pass'],
      ['e\u0301', 'api', 'pass'],
    ]),
    style,
  )
  expect(lines.slice(1)).toEqual(['  东京         ✓', '  e\u0301            ✓'])
})
