import { assumedLine } from '../report/assumed.ts'
import { evidenceLines, pathText } from '../report/failed-path.ts'
import { wrap } from '../report/layout.ts'
import type { ReportOptions } from '../report/reporter.ts'
import { sanitize } from '../report/sanitize.ts'
import { styleFor } from '../report/style.ts'
import type { Answer } from './answer.ts'
import type { Question } from './scenario.ts'

const words = { open: 'open', blocked: 'blocked', partly: 'partly open', broken: 'does not work', unknown: 'not known' }

/** The answer in one line, the reason, and the evidence. */
export function answerText(
  { answer, result }: Answer,
  { expect, assumed }: Pick<Question, 'expect'> & { readonly assumed: readonly string[] },
  options: Pick<ReportOptions, 'colour' | 'unicode' | 'width'>,
): string {
  const style = styleFor(options)
  const clean = sanitize(result, { ascii: style.ascii })
  const asked = expect === undefined ? '' : `, expected ${expect}`
  const ink = expect === undefined && answer !== 'unknown' ? 'strong' : clean.status
  const lines = [
    `${style.ink(ink, words[answer])}: ${pathText(clean, style)}${asked}`,
    ...clean.explanation.flatMap((sentence) => wrap(sentence, style.width - 2).map((line) => `  ${line}`)),
    ...evidenceLines(clean, style),
    ...assumedLine(assumed).flatMap((line) => wrap(line, style.width - 2).map((part) => `  ${part}`)),
  ]
  return `${lines.join('\n')}\n`
}
