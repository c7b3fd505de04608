import { assumedLine } from '../report/assumed.ts'
import { type Cell, stateOf } from './cell.ts'
import { type Folded, type FoldedMatrix, foldMatrix } from './fold.ts'
import type { MeasuredCell } from './measure.ts'
import { disagrees } from './predict.ts'

export type Colour = 'green' | 'red' | 'yellow' | 'magenta' | 'dim'

export interface TextOptions {
  /** Lab or cluster, in one line. */
  readonly description: string
  /** What exists although the manifests do not contain it. */
  readonly assumed: readonly string[]
  readonly seconds: number
  readonly interrupted: boolean
  /** The line width in characters. */
  readonly width: number
  readonly paint: (colour: Colour, text: string) => string
}

const marks: Record<Folded['state'], { readonly mark: string; readonly colour: Colour }> = {
  open: { mark: '●', colour: 'green' },
  blocked: { mark: '×', colour: 'red' },
  mixed: { mark: '◐', colour: 'magenta' },
  unknown: { mark: '?', colour: 'yellow' },
}

/** Maximum number of note lines. */
const maxNotes = 20

/** The matrix by workload, with notes and a summary line. */
export function matrixText(measured: readonly MeasuredCell[], options: TextOptions): string {
  const folded = foldMatrix(measured)
  const cells = measured.map(({ cell }) => cell)
  const parts = [
    `${[options.description, ...assumedLine(options.assumed)].join('\n')}\n`,
    ...notes('policies say one thing and packets another', cells.filter(disagrees).map(disagreement)),
    ...tables(folded, options),
    ...(cells.length > 0 ? [legend(options)] : []),
    ...notes('mixed', mixedNotes(folded)),
    ...notes('unknown', unknownNotes(cells)),
    summary(cells, options),
  ]
  return parts.join('\n')
}

/** Tables with as many columns as fit in a line. Each column has a number; the names are below. */
function tables(folded: FoldedMatrix, options: TextOptions): string[] {
  const { rows, columns } = folded
  if (rows.length === 0 || columns.length === 0)
    return ['nothing to ask: no pod has a port to which another pod could connect\n']
  const head = Math.max(4, ...rows.map((row) => row.length))
  const digits = String(columns.length).length
  const perTable = Math.max(4, Math.floor((options.width - head - 2) / (digits + 2)))
  const count = Math.ceil(columns.length / perTable)
  return Array.from({ length: count }, (_, index) => {
    const first = index * perTable
    const own = columns.slice(first, first + perTable)
    const numbers = own.map((_, at) => String(first + at + 1).padStart(digits + 2)).join('')
    const lines = rows.map((row) => {
      const line = own.map((column) => ' '.repeat(digits + 1) + markOf(folded.at(row, column), options)).join('')
      return `${row.padEnd(head)}${line}`.trimEnd()
    })
    const names = own.map((column, at) => `${String(first + at + 1).padStart(digits)}  ${column}`)
    return [`${'FROM'.padEnd(head)}${numbers}`, ...lines, '', ...names, ''].join('\n')
  })
}

function markOf(folded: Folded | undefined, { paint }: TextOptions): string {
  if (folded === undefined) return ' '
  const { mark, colour } = marks[folded.state]
  return paint(colour, mark)
}

function legend({ paint }: TextOptions): string {
  const entries = Object.entries(marks).map(([state, { mark, colour }]) => `${paint(colour, mark)} ${state}`)
  return `${entries.join('   ')}   (blank: from a pod to itself)\n`
}

function notes(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const more = lines.length > maxNotes ? [`and ${lines.length - maxNotes} more, all of them with -o json`] : []
  return [[`${title}:`, ...[...lines.slice(0, maxNotes), ...more].map((line) => `  ${line}`), ''].join('\n')]
}

function disagreement({ from, to, port, protocol, predicted, observed, reason }: Cell): string {
  return `${from} -> ${to}:${port}/${protocol}: predicted ${predicted}, observed ${observed} (${reason})`
}

/** Which replicas differ. */
function mixedNotes({ rows, columns, at }: FoldedMatrix): string[] {
  return rows.flatMap((row) =>
    columns.flatMap((column) => {
      const folded = at(row, column)
      if (folded?.state !== 'mixed') return []
      const states = (['open', 'blocked', 'unknown'] as const).flatMap((state) => {
        const own = folded.cells.filter((cell) => stateOf(cell) === state)
        const example = own[0] && (own[0].detail ?? `${own[0].from} -> ${own[0].to}`)
        return own.length === 0 ? [] : [`${own.length} ${state} (${example})`]
      })
      return [`${row} -> ${column}: ${states.join(', ')}`]
    }),
  )
}

/** Each reason once, with the number of its cells. */
function unknownNotes(cells: readonly Cell[]): string[] {
  const bySentence = Map.groupBy(
    cells.filter((cell) => stateOf(cell) === 'unknown'),
    ({ detail, reason }) => detail ?? String(reason ?? 'undefined'),
  )
  return [...bySentence].map(([sentence, own]) => `${own.length} × ${sentence}`)
}

function summary(cells: readonly Cell[], { seconds, interrupted }: TextOptions): string {
  const count = (state: NonNullable<Cell['observed']>) =>
    `${cells.filter((cell) => stateOf(cell) === state).length} ${state}`
  const counts = [count('open'), count('blocked'), count('unknown')].join(', ')
  const cellCount = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`
  const comparison = agreement(cells)
  return `${cellCount} in ${seconds.toFixed(1)} s: ${counts}${comparison}${interrupted ? '; interrupted' : ''}\n`
}

/** How many predictions match the measurement; empty if no cell has both. */
function agreement(cells: readonly Cell[]): string {
  const both = cells.filter(
    ({ predicted = 'undefined', observed = 'unknown' }) => predicted !== 'undefined' && observed !== 'unknown',
  )
  if (both.length === 0) return ''
  const same = both.filter((cell) => !disagrees(cell)).length
  return `; predictions agree in ${same} of ${both.length}`
}
