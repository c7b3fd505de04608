import type { RunEvent } from '../result/events.ts'
import type { PathResult } from '../result/path-result.ts'
import { type CollectedRun, emptyRun, enter } from './collected-run.ts'
import { evidenceOf } from './evidence.ts'
import { order, pathText } from './failed-path.ts'
import { noticesOf } from './notices.ts'
import type { Reporter, ReportOptions } from './reporter.ts'
import { sanitize } from './sanitize.ts'
import { signsOf } from './style.ts'
import { summaryText } from './summary.ts'
import { claim } from './words.ts'

type Level = 'error' | 'warning' | 'notice'

/**
 * Workflow commands that GitHub shows at the lines of a pull request (docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
 * GitHub shows ten of a kind per step, so paths of the same line share one, and failures come first.
 */
export function githubReporter({ inconclusive }: Pick<ReportOptions, 'inconclusive'>): Reporter {
  const collected = emptyRun()
  return (event: RunEvent) => {
    const clean = sanitize(event)
    enter(collected, clean)
    if (clean.kind !== 'end') return ''
    const sum = summaryText(clean.summary, { ink: (_, text) => text })
    const lines = [
      ...noticesOf(collected).map(({ message, scenarios }) =>
        command('warning', { title: 'Crosscheck' }, [...scenarios, message].join(': ')),
      ),
      ...annotations(collected, inconclusive),
      command('notice', { title: 'Crosscheck' }, sum),
    ]
    return `${lines.join('\n')}\n`
  }
}

function annotations({ troubled }: CollectedRun, inconclusive: ReportOptions['inconclusive']): string[] {
  const levels: Record<PathResult['status'], Level> = {
    fail: 'error',
    inconclusive: inconclusive === 'warn' ? 'warning' : 'error',
    pass: 'warning',
    predicted: 'notice',
    skipped: 'notice',
  }
  return order.flatMap((status) => {
    const paths = troubled.filter((path) => path.status === status)
    const places = Map.groupBy(paths, ({ place }) => JSON.stringify(place))
    return [...places.values()].map((own) => annotation(levels[status], own))
  })
}

function annotation(level: Level, paths: readonly PathResult[]): string {
  const first = paths[0] as PathResult
  const { file, line, column } = first.place
  const more = paths.length === 1 ? '' : ` and ${paths.length - 1} more`
  const title = `${pathText(first, { signs: signsOf(true) })}${more}: ${claim(first)}`
  return command(level, { file, line: String(line), col: String(column), title }, paths.map(messageOf).join('\n\n'))
}

function messageOf(result: PathResult): string {
  const { cause, explanation } = result
  const head = `${pathText(result, { signs: signsOf(true) })}: ${claim(result)}${cause === undefined ? '' : ` (${cause})`}`
  const seen = evidenceOf(result).filter(({ label }) => label === 'why' || label === 'seen')
  return [head, ...explanation, ...seen.map(({ label, lines }) => `${label}: ${lines.join('\n  ')}`)].join('\n')
}

function command(level: Level, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`)
  return `::${level} ${list.join(',')}::${data(message)}`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
