import { type Grid, turned, withoutPassing } from './grid.ts'
import { clip, columns, pad } from './layout.ts'
import type { Mark, Style } from './style.ts'

/** Above this number of rows or columns, those with only passing paths are omitted. */
const many = 40
const margin = '  '

/** The matrix of a scenario as lines that fit the style's width, followed by a note on omitted rows and columns. */
export function matrixLines(grid: Grid, style: Style): string[] {
  const large = grid.rows.size > many || grid.columns.size > many
  const shown = large ? withoutPassing(grid) : grid
  const left = [
    ...leftOut(grid.rows.size - shown.rows.size, 'source'),
    ...leftOut(grid.columns.size - shown.columns.size, 'target'),
  ]
  const note =
    left.length === 0 ? [] : [`${margin}left out, because every path shown here of them passed: ${left.join(', ')}`]
  if (shown.rows.size === 0)
    return [
      `${margin}every path of ${counted(grid.rows.size, 'source')} and ${counted(grid.columns.size, 'target')} passed`,
    ]
  return [...drawn(shown, style).map((line) => margin + line), ...note]
}

function leftOut(count: number, what: string): string[] {
  return count === 0 ? [] : [counted(count, what)]
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/**
 * Sources are rows if the target names fit in the width. Otherwise targets are rows if the source names fit, else the layout with the lower cost is
 * used.
 */
function drawn(grid: Grid, style: Style): string[] {
  const width = style.width - margin.length
  const { arrow, down } = style.signs
  const upright = { grid, corner: `from ${down} to ${arrow}` }
  const over = { grid: turned(grid), corner: `to ${down} from ${arrow}` }
  for (const way of [upright, over]) if (plainWidth(way) <= width) return plain(way, style)
  return [upright, over]
    .map((way) => stairs(way, width, style))
    .reduce((best, lines) => (cost(lines, style) < cost(best, style) ? lines : best))
}

/** A truncated name costs as much as three lines. */
function cost(lines: readonly string[], { signs }: Style): number {
  return lines.length + 3 * lines.filter((line) => line.includes(signs.ellipsis)).length
}

interface Way {
  readonly grid: Grid
  readonly corner: string
}

function plainWidth({ grid, corner }: Way): number {
  return [...grid.columns].reduce((sum, name) => sum + 2 + columns(name), headWidth(grid, corner, 60))
}

function headWidth({ rows }: Grid, corner: string, most: number): number {
  return Math.min(most, Math.max(columns(corner), ...[...rows.keys()].map(columns)))
}

/** Column names side by side in one line. */
function plain({ grid, corner }: Way, style: Style): string[] {
  const head = headWidth(grid, corner, 60)
  const names = [...grid.columns]
  const body = [...grid.rows].map(([name, row]) => {
    const cells = names.map((to) => painted(row.get(to), columns(to), style))
    return `${pad(clip(name, head, style.signs.ellipsis), head)}  ${cells.join('  ').trimEnd()}`
  })
  return [style.ink('faint', `${pad(corner, head)}  ${names.join('  ')}`), ...body]
}

/** Column names as stairs above narrow columns. Columns that do not fit follow below. */
function stairs({ grid, corner }: Way, width: number, style: Style): string[] {
  const head = headWidth(grid, corner, Math.floor(width / 3))
  const names = [...grid.columns]
  const fitting = Math.max(1, Math.floor((width - head - 2 - Math.min(30, Math.max(...names.map(columns)))) / 2))
  const count = Math.ceil(names.length / fitting)
  const size = Math.ceil(names.length / count)
  return Array.from({ length: count }, (_, index) => names.slice(index * size, (index + 1) * size)).flatMap(
    (part, index) => [
      ...(index === 0 ? [] : ['']),
      ...steps(part, { head, corner, width, style }),
      ...[...grid.rows].flatMap(([name, row]) => {
        if (count > 1 && !part.some((to) => row.has(to))) return []
        const cells = part.map((to) => painted(row.get(to), 1, style))
        return [`${pad(clip(name, head, style.signs.ellipsis), head)}  ${cells.join(' ')}`]
      }),
    ],
  )
}

interface Frame {
  readonly head: number
  readonly corner: string
  readonly width: number
  readonly style: Style
}

function steps(names: readonly string[], { head, corner, width, style }: Frame): string[] {
  const { bar, ellipsis } = style.signs
  return names.map((name, index) => {
    const left = index === names.length - 1 ? pad(corner, head) : ' '.repeat(head)
    const bars = `${bar} `.repeat(index)
    return style.ink('faint', `${left}  ${bars}`) + clip(name, width - head - 2 - 2 * index, ellipsis)
  })
}

function painted(mark: Mark | undefined, width: number, style: Style): string {
  const sign = mark === undefined ? style.signs.none : style.marks[mark]
  return style.ink(mark ?? 'faint', sign) + ' '.repeat(Math.max(0, width - 1))
}

/** The meaning of the marks that occur. */
export function legend(grids: Iterable<Grid>, style: Style): string {
  const all = [...grids]
  const used = new Set(all.flatMap(({ rows }) => [...rows.values()].flatMap((row) => [...row.values()])))
  const words: Record<Mark, string> = {
    pass: 'as expected',
    barred: 'blocked as expected',
    fail: 'failed',
    inconclusive: 'inconclusive',
    predicted: 'predicted',
    skipped: 'skipped',
  }
  const holes = all.some(({ rows, columns: to }) => [...rows.values()].some((row) => row.size < to.size))
  const parts = (Object.keys(words) as Mark[])
    .filter((mark) => used.has(mark))
    .map((mark) => `${style.marks[mark]} ${words[mark]}`)
  return [...parts, ...(holes ? [`${style.signs.none} no path`] : [])].join('   ')
}
