import { type Finding, type Severity, severities } from '../rule.ts'

type Ink = 'red' | 'yellow' | 'cyan' | 'dim' | 'bold'
const inks: Readonly<Record<Severity, Ink>> = { error: 'red', warning: 'yellow', info: 'cyan' }

export interface TextOptions {
  readonly ignored: number
  readonly objects: number
  readonly paint: (ink: Ink, text: string) => string
}

/** `file:line:column severity rule message`, the fix below it, and one line that sums up. */
export function lintText(findings: readonly Finding[], { ignored, objects, paint }: TextOptions): string {
  const lines = findings.flatMap(({ place, severity, rule, message, fix }) => [
    `${printable(`${place.file}:${place.line}:${place.column}`)} ${paint(inks[severity], severity)} ${paint('bold', rule)} ${printable(message)}`,
    ...(fix === undefined
      ? []
      : printable(fix)
          .split('\n')
          .map((line, at) => `${at === 0 ? '  fix: ' : '       '}${line}`)),
  ])
  const gap = lines.length === 0 ? '' : `${lines.join('\n')}\n\n`
  return `${gap}${sum(findings, ignored)} in ${count(objects, 'object')}\n`
}

function sum(findings: readonly Finding[], ignored: number): string {
  const counts = severities.flatMap((severity) => {
    const number = findings.filter((each) => each.severity === severity).length
    return number === 0 ? [] : [severity === 'info' ? `${number} info` : count(number, severity)]
  })
  const found = counts.length === 0 ? 'no findings' : counts.join(', ')
  return ignored === 0 ? found : `${found} (${ignored} ignored by comments)`
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** Text from files without what would act on a terminal. */
function printable(text: string): string {
  return text.replaceAll(/(?!\n)\p{Cc}/gu, '\ufffd')
}
