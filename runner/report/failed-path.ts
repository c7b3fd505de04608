import type { PathResult, Status } from '../result/path-result.ts'
import { evidenceOf } from './evidence.ts'
import type { Group } from './groups.ts'
import { clip, columns, pad, wrap, wrapHanging } from './layout.ts'
import type { Style } from './style.ts'
import { claim, statusWords } from './words.ts'

const margin = '  '
const labelWidth = 'predicted'.length
/** The width of a name in a sentence, in columns. Whole URLs fit. */
const nameWidth = 90

/** A group of paths: the heading, the problem, the evidence of the first path, and the other paths. */
export function blockLines({ first, others }: Group, style: Style): string[] {
  const place = `${first.place.file}:${first.place.line}:${first.place.column}`
  const step = first.step === undefined ? [] : [`step ${first.step}`]
  const cause = first.cause === undefined ? [] : [`cause ${first.cause}`]
  const where = [place, ...step, ...cause].join(', ')
  const width = style.width - margin.length
  return [
    ...headingLines({ first, others }, style),
    ...indented(wrapHanging(where, width).map((line) => style.ink('faint', line))),
    ...first.explanation.flatMap((sentence) => indented(wrapHanging(sentence, width))),
    ...evidenceLines(first, style),
    ...(others.length === 0 ? [] : [`${margin}the same for`, ...rosterLines(others, first, style)]),
  ]
}

/** One line, or two if the names are long. */
function headingLines({ first, others }: Group, style: Style): string[] {
  const mark = `${style.marks[first.status]} ${statusWords[first.status]}`
  const names = `${pathText(first, style)}${others.length === 0 ? '' : ` and ${others.length} more`}`
  const head = `${style.ink(first.status, mark)} ${style.ink('strong', names)}:`
  const fits = columns(`${mark} ${names}: ${claim(first)}`) <= style.width
  return fits
    ? [`${head} ${claim(first)}`]
    : [head, ...indented(wrapHanging(claim(first), style.width - margin.length))]
}

/** `ui → pg (IPv6)`, after the path's name if it has one. */
export function pathText({ from, to, family, name }: PathResult, { signs }: Pick<Style, 'signs'>): string {
  const clipped = (text: string) => clip(text, nameWidth, signs.ellipsis)
  const own = name === undefined ? '' : `${clipped(name)}: `
  return `${own}${clipped(from)} ${signs.arrow} ${clipped(to)}${family === undefined ? '' : ` (IPv${family})`}`
}

/** The evidence, with labels in a separate column. */
export function evidenceLines(result: PathResult, style: Style): string[] {
  const width = style.width - margin.length * 2 - labelWidth
  return evidenceOf(result).flatMap(({ label, lines }) =>
    lines
      .flatMap((line) => (columns(line) <= width ? [line] : wrapHanging(line, width)))
      .map(
        (line, index) => `${margin}${style.ink('faint', pad(index === 0 ? label : '', labelWidth))}${margin}${line}`,
      ),
  )
}

/** The other paths: one line per source with its targets, and the line number in the file if it differs. */
function rosterLines(others: readonly PathResult[], first: PathResult, style: Style): string[] {
  const rows = Map.groupBy(others, ({ from, place }) => JSON.stringify([from, place.file, place.line]))
  const width = Math.min(24, Math.max(...others.map(({ from }) => columns(from))))
  return [...rows.values()].flatMap((paths) => {
    const { from, place } = paths[0] as PathResult
    const file = place.file === first.place.file ? 'line ' : `${place.file}:`
    const lines = wrap(paths.map((path) => targetText(path, style)).join(', '), style.width - width - 10)
    const whole =
      place.line === first.place.line && file === 'line ' ? lines : withPlace(lines, `(${file}${place.line})`, style)
    const head = clip(from, width, style.signs.ellipsis)
    return whole.map((line, index) =>
      index === 0
        ? `${margin}${margin}${pad(head, width)} ${style.signs.arrow} ${line}`
        : `${margin}${margin}${' '.repeat(width + 2 + style.signs.arrow.length)}${line}`,
    )
  })
}

function withPlace(lines: readonly string[], place: string, style: Style): string[] {
  return lines.map((line, index) => (index === lines.length - 1 ? `${line}  ${style.ink('faint', place)}` : line))
}

function targetText({ to, family, name }: PathResult, { signs }: Style): string {
  const parts = [family === undefined ? undefined : `IPv${family}`, name].filter((part) => part !== undefined)
  return clip(to, nameWidth, signs.ellipsis) + (parts.length === 0 ? '' : ` (${parts.join(', ')})`)
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => margin + line)
}

/** Failures of the network come first. */
export const order: readonly Status[] = ['fail', 'inconclusive', 'pass']
