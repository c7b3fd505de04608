import type { Expectation, ScenarioPath, Source, Target } from './model.ts'
import type { Names } from './names.ts'

/**
 * Merges explicit paths and the matrix. An explicit path replaces the same cell of the matrix, equal paths are merged, contradictions are reported.
 */
export function mergePaths(
  explicit: readonly ScenarioPath[],
  matrix: readonly ScenarioPath[],
  report: Names['report'],
): ScenarioPath[] {
  const identify = identities()
  const seen = new Map<string, ScenarioPath>()
  const keeps = (path: ScenarioPath): boolean => {
    const ends = `${identify(path.source)} ${identify(path.target)}`
    const keys = path.family === 4 || path.family === 6 ? [`${ends} ${path.family}`] : [`${ends} 4`, `${ends} 6`]
    const before = keys.map((key) => seen.get(key)).find((found) => found !== undefined)
    for (const key of keys) if (!seen.has(key)) seen.set(key, path)
    if (before === undefined) return true
    if (stance(before.expect) !== stance(path.expect)) {
      reportContradiction(path, before, report)
      return false
    }
    return (
      !path.closedWorld &&
      (JSON.stringify(before.expect) !== JSON.stringify(path.expect) || before.family !== path.family)
    )
  }
  return [...explicit, ...matrix].filter(keeps)
}

/** Returns a number for each distinct source and target, regardless of its name. */
function identities(): (end: Source | Target) => number {
  const known = new Map<string, number>()
  const memo = new Map<Source | Target, number>()
  return (end) => {
    let id = memo.get(end)
    if (id === undefined) {
      const { name: _, place: __, ...spec } = end
      const text = JSON.stringify(spec)
      id = known.get(text) ?? known.size
      known.set(text, id)
      memo.set(end, id)
    }
    return id
  }
}

/** The part of an expectation that can contradict another: allowed, blocked, or a DNS response that is neither. */
function stance(expect: Expectation): string {
  if (expect.kind !== 'dns') return expect.kind
  return expect.rcode === undefined || expect.rcode === 'NOERROR' ? 'allowed' : expect.rcode
}

function reportContradiction(path: ScenarioPath, before: ScenarioPath, report: Names['report']): void {
  const { source, target, expect, place } = path
  const { file, line, column } = before.place
  const here = `${source.name} -> ${target.name} is expected ${stance(expect)} here`
  report(place, `${here} and ${stance(before.expect)} at ${file}:${line}:${column}`)
}
