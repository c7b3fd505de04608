import type { Problem } from '../../policy/types.ts'

/** Parses `--set NAME=VALUE`. For a repeated name, the last value wins. */
export function readSettings(given: readonly string[]): {
  readonly set: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
} {
  const set = new Map<string, string>()
  const problems: Problem[] = []
  for (const text of given) {
    const at = text.indexOf('=')
    if (at > 0) set.set(text.slice(0, at), text.slice(at + 1))
    else problems.push({ severity: 'error', message: `--set ${text}: expected NAME=VALUE` })
  }
  return { set, problems }
}
