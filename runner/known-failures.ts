import type { Problem } from '../policy/types.ts'
import type { PathResult } from './result.ts'
import type { Scenario } from './scenario/model.ts'

/** A path that is known to fail, with its line in the file and the reason that stands behind `#`. */
interface KnownFailure {
  readonly line: number
  readonly scenario: string
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** What a run does with known failures. */
export interface KnownFailures {
  readonly problems: readonly Problem[]
  /** A listed path that fails is set aside; one that passes is a failure: the list is out of date. */
  amend(result: Omit<PathResult, 'index'>): Omit<PathResult, 'index'>
}

const form = 'expected one path a line: scenario: source -> target  # reason'

/** Reads `--known-failures FILE`; an entry that is no path of the scenarios is a mistake at its line. */
export function readKnownFailures(text: string, file: string, scenarios: readonly Scenario[]): KnownFailures {
  const problems: Problem[] = []
  const refuse = (line: number, message: string) =>
    problems.push({ severity: 'error', message, place: { file, line, column: 1 } })
  const known = text.split('\n').flatMap((raw, index): KnownFailure[] => {
    const [entry = '', ...comment] = raw.split(/(?:^|\s)#/)
    if (entry.trim() === '') return []
    const line = index + 1
    const [, scenario = '', from = '', to = ''] = /^\s*([^:]+):\s+(.+?)\s+->\s+(.+?)\s*$/.exec(entry) ?? []
    const reason = comment.join('#').trim()
    if (to === '') refuse(line, form)
    else if (reason === '') refuse(line, `say why it is known to fail: ${entry.trim()}  # reason`)
    else if (!exists({ scenario, from, to }, scenarios))
      refuse(line, `no scenario has the path ${scenario}: ${from} -> ${to}`)
    return [{ line, scenario, from, to, reason }]
  })
  return {
    problems,
    amend(result) {
      const entry = known.find(
        ({ scenario, from, to }) => scenario === result.scenario && from === result.from && to === result.to,
      )
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

/** Sources by selectors stand for several, as `name[pod]`. */
function exists(
  { scenario, from, to }: Pick<KnownFailure, 'scenario' | 'from' | 'to'>,
  scenarios: readonly Scenario[],
): boolean {
  const bare = from.replace(/\[[^\]]*\]$/, '')
  return scenarios.some(
    ({ name, paths, steps }) =>
      name === scenario &&
      [...paths, ...steps.flatMap((step) => step.paths)].some(
        ({ source, target }) => (source.name === from || source.name === bare) && target.name === to,
      ),
  )
}
