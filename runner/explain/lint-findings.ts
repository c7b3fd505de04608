import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { lint } from '../../lint/lint.ts'
import type { Finding } from '../../lint/rule.ts'
import { rules } from '../../lint/rules.ts'

/** Returns the lint findings in policies, given as `namespace/name`, one line each. Lint runs once, at the first call. */
export function lintedPolicies(
  objects: readonly ManifestObject[],
  kubernetes: string | undefined,
): (policies: readonly string[]) => string[] {
  let known: readonly Finding[] | undefined
  return (policies) => {
    if (policies.length === 0) return []
    known ??= lint({ objects, problems: [], texts: new Map(), rules, ...(kubernetes && { kubernetes }) }).findings
    const titles = new Set(policies.map((name) => `NetworkPolicy ${name}`))
    return known
      .filter(({ object, severity }) => titles.has(object) && severity !== 'info')
      .map(
        ({ place: { file, line, column }, severity, message, rule }) =>
          `${file}:${line}:${column}: ${severity}: ${message} [${rule}]`,
      )
  }
}
