import { readManifests } from '../../fabric/manifests/read.ts'
import { lint } from '../../lint/lint.ts'
import type { Finding, Rule } from '../../lint/rule.ts'
import { rules } from '../../lint/rules.ts'

/** The findings in a text, as if it were a file. */
export function lintText(text: string, chosen: readonly Rule[] = rules, file = 'a.yaml'): readonly Finding[] {
  const { objects, problems } = readManifests([{ file, text }])
  return lint({ objects, problems, texts: new Map([[file, text]]), rules: chosen }).findings
}
