import type { Problem } from '../../policy/types.ts'
import type { PathResult } from '../result/path-result.ts'
import type { Scenario } from '../scenario/model.ts'

/** A path that is known to fail, with its line in the file and the reason after `#`. */
interface KnownFailure {
  readonly line: number
  readonly scenario: string
  readonly path: Named | Between
  readonly reason: string
}

/** A path by its name in the scenario. */
interface Named {
  readonly name: string
}

interface Between {
  readonly from: string
  readonly to: string
}

/** How a run handles known failures. */
export interface KnownFailures {
  readonly problems: readonly Problem[]
  /** A listed path that fails becomes skipped. A listed path that passes becomes a failure, because the list is out of date. */
  amend(result: Omit<PathResult, 'index'>): Omit<PathResult, 'index'>
}

const form = 'expected one path a line: scenario: source -> target  # reason, or scenario: name of the path  # reason'

/** Reads `--known-failures FILE`. An entry that matches no path of the scenarios is a problem at its line. */
export function readKnownFailures(text: string, file: string, scenarios: readonly Scenario[]): KnownFailures {
  const problems: Problem[] = []
  const refuse = (line: number, message: string) =>
    problems.push({ severity: 'error', message, place: { file, line, column: 1 } })
  const known = text.split('\n').flatMap((raw, index): KnownFailure[] => {
    const [entry = '', ...comment] = raw.split(/(?:^|\s)#/)
    if (entry.trim() === '') return []
    const line = index + 1
    const [, scenario = '', words = ''] = /^\s*([^:]+):\s+(.+?)\s*$/.exec(entry) ?? []
    const reason = comment.join('#').trim()
    if (words === '') {
      refuse(line, form)
      return []
    }
    const paths = readingsOf(words)
    const path = paths.find((each) => exists(scenario, each, scenarios))
    if (reason === '') refuse(line, `say why it is known to fail: ${entry.trim()}  # reason`)
    else if (path === undefined) refuse(line, `no scenario has the path ${scenario}: ${words}`)
    return path === undefined ? [] : [{ line, scenario, path, reason }]
  })
  return {
    problems,
    amend(result) {
      const entry = known.find(({ scenario, path }) => scenario === result.scenario && isMeant(path, result))
      if (entry === undefined) return result
      const where = `${file}:${entry.line}`
      if (result.status === 'fail')
        return {
          ...result,
          status: 'skipped',
          explanation: [`known failure (${where}): ${entry.reason}`, ...result.explanation],
        }
      if (result.status !== 'pass') return result
      const explanation = [`it passes, and ${where} says that it is known to fail: remove that line`]
      return { ...result, status: 'fail', cause: 'unexpected_pass', explanation }
    },
  }
}

/** The possible meanings of a line. The name of a path may contain an arrow. */
function readingsOf(words: string): KnownFailure['path'][] {
  const [, from, to] = /^(.+?)\s+->\s+(.+)$/.exec(words) ?? []
  return [...(from === undefined || to === undefined ? [] : [{ from, to }]), { name: words }]
}

function isMeant(path: KnownFailure['path'], { name, from, to }: Omit<PathResult, 'index'>): boolean {
  return 'name' in path ? name === path.name : from === path.from && to === path.to
}

/** Whether a scenario has the path. A source with a selector expands to several, named `name[pod]`. */
function exists(scenario: string, wanted: KnownFailure['path'], scenarios: readonly Scenario[]): boolean {
  return scenarios.some(
    ({ name, paths, steps }) =>
      name === scenario &&
      [...paths, ...steps.flatMap((step) => step.paths)].some((path) => {
        if ('name' in wanted) return path.name === wanted.name
        const { from, to } = wanted
        const isSource = path.source.name === from || path.source.name === from.replace(/\[[^\]]*\]$/, '')
        return isSource && path.target.name === to
      }),
  )
}
