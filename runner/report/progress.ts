import type { RunEvent } from '../result/events.ts'
import { pathText } from './failed-path.ts'
import { clip } from './layout.ts'
import type { Reporter, ReportOptions } from './reporter.ts'
import { sanitize } from './sanitize.ts'
import { knownWidth, styleFor } from './style.ts'
import { claim } from './words.ts'

export interface ProgressOptions extends Pick<ReportOptions, 'colour' | 'unicode' | 'width'> {
  /** False for a log, which gets few and whole lines. */
  readonly terminal: boolean
}

/** Maximum number of failed and inconclusive paths shown during the run. The report contains all. */
const told = 10
/** Maximum number of updates of the live line in a run. */
const moves = 200

const erase = '\r\x1b[K'

/** Shows on stderr what the run is doing. On a terminal it is one line that is rewritten and removed at the end, with the first failures above it. */
export function createProgress(given: ProgressOptions): Reporter {
  const options = { ...given, width: knownWidth(given.width) }
  return options.terminal ? liveProgress(options) : sparseProgress(options)
}

function liveProgress(options: ProgressOptions): Reporter {
  const style = styleFor(options)
  let total = 0
  let doing = ''
  const counts = { done: 0, fail: 0, inconclusive: 0 }
  const line = () => {
    const bad = (['fail', 'inconclusive'] as const).filter((status) => counts[status] > 0)
    const marks = bad.map((status) => `  ${style.marks[status]} ${counts[status]}`).join('')
    const text = `${counts.done}/${total}${marks}${doing === '' ? '' : `  ${doing}`}`
    return `${erase}${clip(text, Math.max(1, options.width - 1), style.signs.ellipsis)}`
  }
  return (event: RunEvent) => {
    if (event.kind === 'end') return erase
    if (event.kind === 'start') total = event.total
    else if (event.kind === 'doing') doing = sanitize(`${event.scenario}: ${event.what}`, { ascii: style.ascii })
    else if (event.kind === 'path') {
      const { status } = event.result
      counts.done += 1
      if (status === 'fail' || status === 'inconclusive') {
        counts[status] += 1
        const bad = counts.fail + counts.inconclusive
        if (bad <= told) return `${erase}${failureLine(event.result, style, options.width)}\n${line()}`
      }
      if (counts.done % Math.max(1, Math.ceil(total / moves)) !== 0) return ''
    } else return ''
    return line()
  }
}

function sparseProgress(options: ProgressOptions): Reporter {
  const style = styleFor(options)
  return (event: RunEvent) => {
    if (event.kind !== 'fabric') return ''
    const { scenario, description } = sanitize(event, { ascii: style.ascii })
    return `${scenario}: ${description}\n`
  }
}

function failureLine(
  result: Extract<RunEvent, { kind: 'path' }>['result'],
  style: ReturnType<typeof styleFor>,
  width: number,
): string {
  const clean = sanitize(result, { ascii: style.ascii })
  const text = `${pathText(clean, style)}: ${claim(clean)}${clean.cause === undefined ? '' : ` (${clean.cause})`}`
  return `${style.ink(clean.status, style.marks[clean.status])} ${clip(text, Math.max(1, width - 3), style.signs.ellipsis)}`
}
