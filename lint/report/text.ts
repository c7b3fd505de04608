import type { Linted } from '../lint.ts'
import { type Finding, type Severity, severities } from '../rule.ts'

type Ink = 'red' | 'yellow' | 'cyan' | 'dim' | 'bold'
const inks: Readonly<Record<Severity, Ink>> = { error: 'red', warning: 'yellow', info: 'cyan' }

export interface TextOptions {
  readonly objects: number
  /** Files with unreadable objects, and files from which objects may be rendered. */
  readonly unreadable?: readonly string[]
  readonly hidden?: readonly string[]
  readonly paint: (ink: Ink, text: string) => string
}

/**
 * Formats findings as `file:line:column: severity: message [rule]` with the fix below, equal findings once. Then lists what was skipped,
 * and a summary by rule.
 */
export function lintText(linted: Linted, options: TextOptions): string {
  const { findings } = linted
  const groups = [...Map.groupBy(findings, ({ rule, message, severity }) => `${rule} ${severity} ${message}`).values()]
  const lines = groups.flatMap((group) => linesOf(group, options))
  const parts = [lines, limits(linted, options), summary(linted, options)].filter((part) => part.length > 0)
  return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`
}

function linesOf(group: readonly Finding[], { paint }: TextOptions): string[] {
  const [{ place, severity, rule, message, fix }] = group as [Finding]
  const at = printable(`${place.file}:${place.line}:${place.column}`)
  const lines = fix === undefined ? [] : printable(fix).split('\n')
  return [
    `${at}: ${paint(inks[severity], severity)}: ${printable(message)} ${paint('dim', `[${rule}]`)}`,
    ...lines.map((line, index) => `${index === 0 ? '  fix: ' : '       '}${line}`),
    ...(group.length === 1 ? [] : [`  ${more(group)}`]),
  ]
}

function more([, ...others]: readonly Finding[]): string {
  const files = new Set(others.map(({ place }) => place.file)).size
  return `and ${number(others.length)} more like it in ${count(files, 'file')}`
}

/** Describes which findings are missing, and why. */
function limits({ withheld, alternatives }: Linted, { unreadable = [], hidden = [] }: TextOptions): string[] {
  const unread =
    withheld.length === 0
      ? []
      : [
          `not checked: ${count(withheld.length, 'rule')} about what is missing, because ${few(unreadable)} could not be read`,
        ]
  const uncertain =
    hidden.length === 0
      ? []
      : [
          `what is missing may come from ${few(hidden)}: render templates and kustomizations (helm template, -k), or leave them out (--exclude)`,
        ]
  return [...unread, ...uncertain, ...(alternatives.length === 0 ? [] : [apart(alternatives)])]
}

function apart(alternatives: Linted['alternatives']): string {
  const everywhere = new Set(alternatives[0]!.filter((file) => alternatives.every((files) => files.includes(file))))
  const own = alternatives.map((files) => files.filter((file) => !everywhere.has(file)))
  const sets = own.map((files) => {
    const folder = commonFolder(files)
    const others = own.filter((set) => set !== files).flat()
    return folder === '' || others.some((file) => file.startsWith(folder)) ? few(files) : folder
  })
  const more = sets.length > 3 ? ` | … (${number(sets.length)} versions)` : ''
  return `linted apart, because they hold versions of the same objects: ${sets.slice(0, 3).join(' | ')}${more}`
}

/** The deepest folder that contains all files, with a trailing slash. Empty if there is none, or for a single file. */
function commonFolder(files: readonly string[]): string {
  const [first = '', ...others] = files
  let folder = others.length === 0 ? '' : first.slice(0, first.lastIndexOf('/') + 1)
  while (folder !== '' && !others.every((file) => file.startsWith(folder)))
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1)
  return folder
}

/** The total, then the counts per rule, most severe and most frequent first. */
function summary({ findings, ignored }: Linted, { objects, paint }: TextOptions): string[] {
  const rules = [...Map.groupBy(findings, ({ rule, severity }) => `${severity} ${rule}`).values()]
  const rows = rules
    .toSorted((a, b) => rank(a[0]!) - rank(b[0]!) || b.length - a.length)
    .map((group) => {
      const { rule, severity } = group[0]!
      return `${number(group.length).padStart(7)}  ${paint(inks[severity], severity.padEnd(7))}  ${rule}`
    })
  return [`${sum(findings, ignored)} in ${count(objects, 'object')}`, ...rows]
}

function rank({ severity }: Finding): number {
  return severities.indexOf(severity)
}

function sum(findings: readonly Finding[], ignored: number): string {
  const counts = severities.flatMap((severity) => {
    const some = findings.filter((each) => each.severity === severity).length
    return some === 0 ? [] : [severity === 'info' ? `${number(some)} info` : count(some, severity)]
  })
  const found = counts.length === 0 ? 'no findings' : counts.join(', ')
  return ignored === 0 ? found : `${found} (${ignored} ignored by comments)`
}

/** At most two names. */
function few(files: readonly string[]): string {
  const names = files.slice(0, 2).join(', ')
  return files.length > 2 ? `${names} and ${number(files.length - 2)} more` : names
}

function count(some: number, what: string): string {
  return `${number(some)} ${what}${some === 1 ? '' : 's'}`
}

/** `1,451`. */
function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** Removes terminal control characters from text of files. */
function printable(text: string): string {
  return text.replaceAll(/(?!\n)\p{Cc}/gu, '\ufffd')
}
