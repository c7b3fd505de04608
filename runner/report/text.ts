import type { RunEvent } from '../result/events.ts'
import type { PathResult } from '../result/path-result.ts'
import { type CollectedRun, emptyRun, enter, isQuiet } from './collected-run.ts'
import { blockLines, evidenceLines, order, pathText } from './failed-path.ts'
import { gridsOf } from './grid.ts'
import { groupPaths } from './groups.ts'
import { wrap } from './layout.ts'
import { legend, matrixLines } from './matrix.ts'
import { limitsOf, noticesOf } from './notices.ts'
import type { Reporter, ReportOptions } from './reporter.ts'
import { sanitize } from './sanitize.ts'
import { type Style, styleFor } from './style.ts'
import { summaryText } from './summary.ts'
import { claim } from './words.ts'

/** A report for a terminal or a log: where, general notices, problems with their reasons, matrices, and a summary line. */
export function textReporter(options: ReportOptions): Reporter {
  const style = styleFor(options)
  const collected = emptyRun()
  const passed: PathResult[] = []
  return (event: RunEvent) => {
    const clean = sanitize(event, { ascii: style.ascii })
    enter(collected, clean)
    if (options.verbose && clean.kind === 'path' && isQuiet(clean.result)) passed.push(clean.result)
    if (clean.kind !== 'end') return ''
    const sections = [
      headLines(collected, style),
      noticeLines(collected, style),
      ...troubledBlocks(collected, options.verbose, style),
      ...passed.toSorted((a, b) => a.index - b.index).map((result) => passedLines(result, style)),
      skippedLines(collected, style),
      ...matrixBlocks(collected, style),
      [summaryText(clean.summary, style)],
    ]
    const shown = sections.filter((lines) => lines.length > 0)
    return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`
  }
}

const places = { lab: 'Lab', cluster: 'Cluster', predicted: 'Predicted, without packets' } as const

/** Where the run took place: one line per fabric, or a single line if all are equal. */
function headLines({ head, fabrics }: CollectedRun, style: Style): string[] {
  const title = head === undefined ? 'Nothing ran' : places[head.where]
  const told = fabrics.map(({ scenario, description, policies }) => ({
    scenario,
    text: `${description}; ${policies} ${policies === 1 ? 'policy' : 'policies'}`,
  }))
  const [only] = told
  if (only !== undefined && told.every(({ text }) => text === only.text)) {
    const text = only.text.toLowerCase().startsWith(title.toLowerCase())
      ? title + only.text.slice(title.length)
      : `${title}: ${only.text}`
    return wrap(text, style.width).map((line) => style.ink('strong', line))
  }
  return [
    style.ink('strong', told.length === 0 ? title : `${title}, ${told.length} scenarios`),
    ...told.flatMap(({ scenario, text }) => wrap(`${scenario}: ${text}`, style.width - 2).map((line) => `  ${line}`)),
  ]
}

/** Notices about many paths, and what the fabric does not simulate, each once. */
function noticeLines(collected: CollectedRun, style: Style): string[] {
  const several = collected.fabrics.length > 1
  const notices = noticesOf(collected).flatMap(({ message, scenarios }) => {
    const where = scenarios.length === 0 || !several ? '' : `${scenarios.join(', ')}: `
    const lines = wrap(`${where}${message}`, style.width - 2)
    return lines.map((line, index) => style.ink('inconclusive', `${index === 0 ? style.signs.notice : ' '} ${line}`))
  })
  return [...notices, ...limitsOf(collected.fabrics).flatMap((line) => wrap(line, style.width))]
}

function troubledBlocks({ troubled }: CollectedRun, verbose: boolean, style: Style): string[][] {
  return order.flatMap((status) => {
    const paths = troubled.filter((path) => path.status === status)
    const groups = verbose ? paths.map((first) => ({ first, others: [] })) : groupPaths(paths)
    return groups.map((group) => blockLines(group, style))
  })
}

function passedLines(result: PathResult, style: Style): string[] {
  const mark = style.ink(result.status, style.marks[result.status])
  return [`${mark} ${pathText(result, style)}: ${claim(result)}`, ...evidenceLines(result, style)]
}

function skippedLines({ skipped }: CollectedRun, style: Style): string[] {
  return skipped.flatMap((result) => {
    const reason = result.explanation.join(' ')
    return wrap(
      `${style.marks.skipped} skipped ${pathText(result, style)}${reason === '' ? '' : `: ${reason}`}`,
      style.width,
    )
  })
}

function matrixBlocks({ cells }: CollectedRun, style: Style): string[][] {
  const grids = gridsOf(cells)
  const blocks = [...grids].map(([scenario, grid]) => [style.ink('strong', scenario), ...matrixLines(grid, style)])
  const meaning = legend(grids.values(), style)
  return blocks.length === 0 ? [] : [...blocks, [style.ink('faint', meaning)]]
}
