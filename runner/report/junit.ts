import type { RunEvent } from '../result/events.ts'
import type { PathResult } from '../result/path-result.ts'
import { evidenceOf } from './evidence.ts'
import { pathText } from './failed-path.ts'
import type { Reporter, ReportOptions } from './reporter.ts'
import { sanitize } from './sanitize.ts'
import { signsOf } from './style.ts'
import { claim, millisecondsOf } from './words.ts'

/** How CI systems show a test case. */
type Verdict = 'passed' | 'failure' | 'error' | 'skipped'

/**
 * JUnit XML for Jenkins, GitLab and others: one suite per scenario, one case per path. An inconclusive path is an error, so that no CI system shows
 * it green; with `inconclusive: 'warn'` it is skipped. A prediction is skipped too, because nothing was measured.
 */
export function junitReporter({ inconclusive }: Pick<ReportOptions, 'inconclusive'>): Reporter {
  const paths: PathResult[] = []
  let start = ''
  return (event: RunEvent) => {
    const clean = sanitize(event)
    if (clean.kind === 'start') start = clean.head.start
    if (clean.kind === 'path') paths.push(clean.result)
    if (clean.kind !== 'end') return ''
    const cases = paths.toSorted((a, b) => a.index - b.index).map((result) => caseOf(result, inconclusive))
    const suites = [...Map.groupBy(cases, ({ suite }) => suite)].map(([name, own]) => suiteXml(name, own, start))
    const attributes = attributesXml({ name: 'crosscheck', ...counts(cases), time: clean.summary.seconds.toFixed(3) })
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes}>\n${suites.join('')}</testsuites>\n`
  }
}

interface Case {
  readonly suite: string
  readonly verdict: Verdict
  readonly seconds: number
  readonly xml: string
}

function caseOf(result: PathResult, inconclusive: ReportOptions['inconclusive']): Case {
  const { scenario, step, status, place, observed } = result
  const verdicts: Record<PathResult['status'], Verdict> = {
    pass: 'passed',
    fail: 'failure',
    inconclusive: inconclusive === 'warn' ? 'skipped' : 'error',
    predicted: 'skipped',
    skipped: 'skipped',
  }
  const verdict = verdicts[status]
  const seconds = observed === undefined ? 0 : millisecondsOf(observed) / 1_000
  const attributes = attributesXml({
    name: pathText(result, { signs: signsOf(true) }),
    classname: step === undefined ? scenario : `${scenario}.${step}`,
    file: place.file,
    line: String(place.line),
    time: seconds.toFixed(3),
  })
  return {
    suite: scenario,
    verdict,
    seconds,
    xml: `    <testcase${attributes}>${childXml(result, verdict)}</testcase>\n`,
  }
}

function childXml(result: PathResult, verdict: Verdict): string {
  const { cause, status, explanation } = result
  const evidence = evidenceOf(result).map(({ label, lines }) => `${label}: ${lines.join('\n  ')}`)
  const details = xml([...explanation, ...evidence].join('\n'))
  if (verdict === 'passed') return evidence.length === 0 ? '' : `<system-out>${details}</system-out>`
  const message = status === 'skipped' ? (explanation[0] ?? 'skipped') : claim(result)
  if (verdict === 'skipped') return `<skipped${attributesXml({ message })}/>`
  return `<${verdict}${attributesXml({ message, type: cause ?? status })}>${details}</${verdict}>`
}

function suiteXml(name: string, cases: readonly Case[], timestamp: string): string {
  const time = cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3)
  const attributes = attributesXml({ name, ...counts(cases), time, timestamp: timestamp.replace(/\.\d+Z$/, '') })
  return `  <testsuite${attributes}>\n${cases.map((each) => each.xml).join('')}  </testsuite>\n`
}

function counts(cases: readonly Case[]): Record<string, string> {
  const count = (verdict: Verdict) => String(cases.filter((each) => each.verdict === verdict).length)
  return { tests: String(cases.length), failures: count('failure'), errors: count('error'), skipped: count('skipped') }
}

function attributesXml(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${xml(value)}"`)
    .join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Escapes the characters that XML 1.0 reserves. Characters that XML 1.0 forbids were removed before (sanitize.ts). */
function xml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char)
}
