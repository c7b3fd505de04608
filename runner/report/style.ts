import { styleText } from 'node:util'
import type { Status } from '../result/path-result.ts'
import type { ReportOptions } from './reporter.ts'

const unicode = { arrow: '→', ellipsis: '…', bar: '│', dash: '–', none: '·', notice: '▲', down: '↓', rule: '─' }
const ascii: typeof unicode = {
  arrow: '->',
  ellipsis: '...',
  bar: '|',
  dash: '-',
  none: '.',
  notice: '!',
  down: 'v',
  rule: '-',
}

/** The mark of a matrix cell. `barred` is a path that passed because it is blocked. */
export type Mark = Status | 'barred'

const marks: Record<'unicode' | 'ascii', Record<Mark, string>> = {
  unicode: { pass: '✓', barred: '■', fail: '✗', inconclusive: '?', predicted: '≈', skipped: '–' },
  ascii: { pass: '+', barred: '#', fail: 'X', inconclusive: '?', predicted: '~', skipped: '-' },
}

const inks = {
  pass: 'green',
  barred: 'green',
  fail: ['red', 'bold'],
  inconclusive: ['yellow', 'bold'],
  predicted: 'cyan',
  skipped: 'dim',
  strong: 'bold',
  faint: 'dim',
} as const
export type Ink = keyof typeof inks

/** The look of a report: its signs, its width, and colors, which are applied to finished text. */
export interface Style {
  readonly width: number
  readonly ascii: boolean
  readonly signs: typeof unicode
  readonly marks: Record<Mark, string>
  readonly ink: (ink: Ink, text: string) => string
}

/** Signs and marks, in Unicode or in ASCII. */
export function signsOf(rich: boolean): Style['signs'] {
  return rich ? unicode : ascii
}

export function marksOf(rich: boolean): Style['marks'] {
  return rich ? marks.unicode : marks.ascii
}

/** The width of a terminal. A terminal of unknown size reports 0 columns. */
export function knownWidth(width: number): number {
  return width > 0 ? width : 80
}

/** The style for an output. */
export function styleFor(options: Pick<ReportOptions, 'colour' | 'unicode' | 'width'>): Style {
  return {
    width: Math.min(120, Math.max(60, knownWidth(options.width))),
    ascii: !options.unicode,
    signs: signsOf(options.unicode),
    marks: marksOf(options.unicode),
    ink: (ink, text) => (options.colour ? styleText([...[inks[ink]].flat()], text, { validateStream: false }) : text),
  }
}
