import type { Loaded } from '../../fabric/manifests/read.ts'
import type { Linted } from '../lint.ts'
import type { LintDocument } from './json-schema.ts'

/** The findings as JSON; the schema, whose library takes longer to load than most manifests to read, is of its type alone. */
export function lintJson(
  { findings, withheld, alternatives }: Linted,
  { passedOver, unreadable }: Pick<Loaded, 'passedOver' | 'unreadable'>,
): string {
  const document: LintDocument = {
    findings: findings.map(({ rule, severity, message, place: { file, line, column }, object, fix }) => ({
      rule,
      severity,
      message,
      file,
      line,
      column,
      object,
      ...(fix === undefined ? {} : { fix }),
    })),
    passedOver: passedOver.map(({ file, why, hides }) => ({ file, why, hides })),
    unreadable: [...new Set(unreadable)],
    withheld: [...withheld],
    alternatives: alternatives.map((files) => [...files]),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
