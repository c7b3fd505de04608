import type { RunEvent, Summary } from '../result/events.ts'
import type { PathResult } from '../result/path-result.ts'
import { type CollectedRun, emptyRun, enter } from './collected-run.ts'
import { evidenceOf } from './evidence.ts'
import { order, pathText } from './failed-path.ts'
import { type Grid, gridsOf, withoutPassing } from './grid.ts'
import { type Group, groupPaths } from './groups.ts'
import { limitsOf, noticesOf } from './notices.ts'
import type { Reporter } from './reporter.ts'
import { sanitize } from './sanitize.ts'
import { type Mark, marksOf, signsOf } from './style.ts'
import { summaryText } from './summary.ts'
import { claim, statusWords } from './words.ts'

/** GitHub accepts job summaries of at most 1 MiB. Blocks that do not fit are counted. */
const mostBytes = 900_000
/** Maximum number of cells in a table. Larger tables omit rows and columns with only passing paths. */
const mostCells = 400
const signs = signsOf(true)
const marks = marksOf(true)

/** A CI job summary in GitHub's Markdown: totals, general notices, problems, matrices. */
export function markdownReporter(): Reporter {
  const collected = emptyRun()
  return (event: RunEvent) => {
    const clean = sanitize(event)
    enter(collected, clean)
    if (clean.kind !== 'end') return ''
    return withinBytes([
      headText(collected, clean.summary),
      ...noticeTexts(collected),
      ...groupTexts(collected),
      ...gridTexts(collected),
    ])
  }
}

function headText({ head, fabrics }: CollectedRun, summary: Summary): string {
  const good = summary.fail + summary.inconclusive === 0
  const title = `## ${good ? marks.pass : marks.fail} Crosscheck: ${md(summaryText(summary, { ink: (_, text) => text }))}\n`
  const where = new Set(fabrics.map(({ description }) => description))
  return `${title}\n${md(head?.where ?? '')}: ${[...where].map(md).join('; ')}\n`
}

function noticeTexts(collected: CollectedRun): string[] {
  const told = noticesOf(collected).map(({ message, scenarios }) => [...scenarios, message].join(': '))
  return [...told, ...limitsOf(collected.fabrics)].map((text) => `> [!WARNING]\n> ${md(text)}\n`)
}

function groupTexts({ troubled }: CollectedRun): string[] {
  return order.flatMap((status) => groupPaths(troubled.filter((path) => path.status === status)).map(groupText))
}

function groupText({ first, others }: Group): string {
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  const cause = first.cause === undefined ? '' : ` <code>${md(first.cause)}</code>`
  const heading = `${marks[first.status]} ${statusWords[first.status]} <b>${md(pathText(first, { signs }))}</b>${more}: ${md(claim(first))}${cause}`
  const { file, line, column } = first.place
  const items = [
    ...first.explanation.map(md),
    ...evidenceOf(first).map(({ label, lines }) => `<i>${label}</i>: ${lines.map(md).join('<br>')}`),
    `<i>at</i>: ${md(`${file}:${line}:${column}`)}`,
    ...rosterItems(others),
  ]
  return `<details><summary>${heading}</summary>\n\n${items.map((item) => `- ${item}\n`).join('')}\n</details>\n`
}

function rosterItems(others: readonly PathResult[]): string[] {
  const rows = Map.groupBy(others, ({ from }) => from)
  return [...rows].map(
    ([from, paths]) => `<i>the same for</i> ${md(from)} ${signs.arrow} ${paths.map(({ to }) => md(to)).join(', ')}`,
  )
}

function gridTexts({ cells }: CollectedRun): string[] {
  return [...gridsOf(cells)].map(([scenario, grid]) => {
    const large = grid.rows.size * grid.columns.size > mostCells
    const shown = large ? withoutPassing(grid) : grid
    const note = large
      ? `Only sources and targets of which a path did not pass, of ${grid.rows.size} and ${grid.columns.size}.\n\n`
      : ''
    return `### ${md(scenario)}\n\n${note}${shown.rows.size === 0 ? '' : gridTable(shown)}`
  })
}

function gridTable({ rows, columns }: Grid): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  const names = [...columns]
  const body = [...rows].map(([from, cells]) => row([md(from), ...names.map((to) => markOf(cells.get(to)))]))
  return row(['', ...names.map(md)]) + row(['---', ...names.map(() => ':-:')]) + body.join('')
}

function markOf(mark: Mark | undefined): string {
  return mark === undefined ? '' : marks[mark]
}

function withinBytes(parts: readonly string[]): string {
  const kept: string[] = []
  let size = 0
  for (const [index, part] of parts.entries()) {
    size += Buffer.byteLength(part) + 1
    if (size > mostBytes)
      return `${kept.join('\n')}\n${parts.length - index} more sections do not fit: see the JSON report.\n`
    kept.push(part)
  }
  return kept.join('\n')
}

/** Escapes text so that it contains no Markdown, HTML, mention or link. Characters that could start one become character references. */
function md(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>()#+!|~&@^$"']/g, reference)
    .replace(/(?<=\w):(?=\/\/)|(?<=\bwww)\./gi, reference)
    .replace(
      /^(\s*)([-=]|\d+[.)](?=\s|$))/,
      (_, space: string, mark: string) => space + mark.replace(/[^\d]/g, reference),
    )
}

function reference(char: string): string {
  return `&#${char.codePointAt(0)};`
}
