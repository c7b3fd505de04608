import type { Pod } from '../world.ts'

/** `a`, `a and b`, `a, b and 3 more`: up to three names. */
export function listed(names: readonly string[]): string {
  const unique = [...new Set(names)]
  if (unique.length <= 3) return joined(unique)
  return `${unique.slice(0, 2).join(', ')} and ${unique.length - 2} more`
}

function joined(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const known = new WeakMap<readonly Pod[], string>()

/** Workloads of pods in kubectl's form: `deployment/api and cronjob/backup`. */
export function workloadsOf(pods: readonly Pod[]): string {
  const before = known.get(pods)
  if (before !== undefined) return before
  const text = listed(pods.map(({ workload: { kind, name } }) => `${kind.toLowerCase()}/${name}`))
  known.set(pods, text)
  return text
}
