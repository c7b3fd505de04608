import { didYouMean } from '../policy/suggest.ts'
import type { Place } from '../policy/types.ts'
import type { Finding } from './rule.ts'
import { badIgnore } from './rules/bad-ignore.ts'
import { ruleIds } from './rules.ts'

/** The findings that `# crosscheck-ignore rule: reason` comments suppress, and the invalid comments. */
export interface Ignores {
  ignored(rule: string, place: Place): boolean
  readonly findings: readonly Finding[]
}

interface Ignore {
  readonly rules: readonly string[]
  /** Lines count from 1. Both ends are included. */
  readonly from: number
  readonly to: number
}

const comment = /(?:^|\s)#\s*crosscheck-ignore\b(.*)$/

/**
 * Parses the comments of all texts. A trailing comment applies to its line. A comment on its own line applies to the next line that is not
 * a comment. A comment before the first line of a document applies to the whole document. A comment without a reason has no effect.
 */
export function readIgnores(texts: ReadonlyMap<string, string>): Ignores {
  const findings: Finding[] = []
  const ignores = new Map<string, readonly Ignore[]>()
  for (const [file, text] of texts) {
    if (!text.includes('crosscheck-ignore')) continue
    const lines = text.split('\n')
    const own = lines.flatMap((line, index) => {
      const match = comment.exec(line.trimEnd())
      if (match === null) return []
      const place = { file, line: index + 1, column: line.indexOf('#', match.index) + 1 }
      const rules = readRules(match[1] ?? '', place, findings)
      return rules.length === 0 ? [] : [{ rules, ...rangeOf(lines, index) }]
    })
    ignores.set(file, own)
  }
  const ignored = (rule: string, { file, line }: Place) =>
    (ignores.get(file) ?? []).some(({ rules, from, to }) => rules.includes(rule) && from <= line && line <= to)
  return { ignored, findings }
}

function readRules(text: string, place: Place, findings: Finding[]): string[] {
  const [, list = '', reason = ''] = /^([^:]*):?(.*)$/.exec(text) ?? []
  const names = list.split(/[\s,]+/).filter((name) => name !== '')
  const bad = (message: string, fix: string) => {
    findings.push({ rule: badIgnore.id, severity: badIgnore.severity, message, place, object: '', fix, edits: [] })
  }
  const usage = 'write # crosscheck-ignore RULE: why it is all right here'
  if (names.length === 0) bad('this comment names no rule', usage)
  else if (reason.trim() === '') bad('this comment gives no reason, and ignores nothing without one', usage)
  for (const name of names.filter((each) => !ruleIds.includes(each))) {
    bad(`there is no rule ${name}`, didYouMean(name, ruleIds) ?? 'crosscheck lint --list-rules names them all')
  }
  return reason.trim() === '' ? [] : names
}

/** The lines that a comment on the line with that index (from 0) applies to. */
function rangeOf(lines: readonly string[], index: number): { from: number; to: number } {
  const isComment = (line: string | undefined) => line !== undefined && /^\s*(#|$)/.test(line)
  const isMarker = (line: string | undefined) => line !== undefined && /^---(\s|$)/.test(line)
  if (!isComment(lines[index])) return { from: index + 1, to: index + 1 }
  let before = index - 1
  while (isComment(lines[before])) before--
  let after = index + 1
  while (isComment(lines[after])) after++
  if (before >= 0 && !isMarker(lines[before])) return { from: after + 1, to: after + 1 }
  while (after < lines.length && !isMarker(lines[after])) after++
  return { from: index + 1, to: after }
}
