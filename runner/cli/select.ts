import type { Problem } from '../../policy/types.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import type { Prepared } from './scenarios.ts'

/** Keeps the paths that match one of the patterns, and the scenarios that still have paths. A pattern that matches nothing is a problem. */
export function selectPaths(prepared: readonly Prepared[], patterns: readonly string[]) {
  if (patterns.length === 0) return { prepared, problems: [] }
  const unmatched = new Set(patterns)
  const matchers = patterns.map((pattern) => ({ pattern, matches: matcher(pattern) }))
  const wanted = (path: ScenarioPath): boolean => {
    const hits = matchers.filter(({ matches }) => matches(path))
    for (const { pattern } of hits) unmatched.delete(pattern)
    return hits.length > 0
  }
  const kept = prepared.map(({ scenario, objects }) => ({
    objects,
    scenario: {
      ...scenario,
      paths: scenario.paths.filter(wanted),
      steps: scenario.steps.map((step) => ({ ...step, paths: step.paths.filter(wanted) })),
    },
  }))
  const problems = [...unmatched].map(
    (pattern): Problem => ({ severity: 'error', message: `--only ${pattern}: no path matches` }),
  )
  return { prepared: kept.filter(({ scenario }) => hasPaths(scenario)), problems }
}

function hasPaths({ paths, steps }: Prepared['scenario']): boolean {
  return paths.length > 0 || steps.some((step) => step.paths.length > 0)
}

/** Matches `source -> target`, or one word that is the source, the target, the name of the path, or one of its tags. */
function matcher(pattern: string): (path: ScenarioPath) => boolean {
  const [from, to, ...more] = pattern.split('->').map((part) => part.trim())
  if (from !== undefined && to !== undefined && more.length === 0) {
    const [source, target] = [glob(from), glob(to)]
    return (path) => source.test(path.source.name) && target.test(path.target.name)
  }
  const word = glob(pattern.trim())
  return ({ source, target, name = '', tags }) =>
    [source.name, target.name, name, ...tags].some((text) => word.test(text))
}

function glob(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`)
}
