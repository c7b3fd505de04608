import type { Finding } from '../rule.ts'
import type { LintDocument } from './json-schema.ts'

/** The findings as JSON; the schema, whose library takes longer to load than most manifests to read, is of its type alone. */
export function lintJson(findings: readonly Finding[]): string {
  const document: LintDocument = {
    findings: findings.map(({ rule, severity, message, place: { file, line, column }, object, fix }) => ({
      ...{ rule, severity, message, file, line, column, object },
      ...(fix === undefined ? {} : { fix }),
    })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
