import type { Loaded } from '../../fabric/manifests/read.ts'
import type { Linted } from '../lint.ts'
import type { LintDocument } from './json-schema.ts'

/**
 * Formats findings as JSON. Only the type of the schema is imported, because loading its library takes longer than reading most manifests.
 */
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
