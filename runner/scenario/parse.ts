import type { Place, Problem } from '../../policy/types.ts'
import { type Document, readDocuments } from './documents.ts'
import { isForeign, looksLikeScenario, misidentified } from './identify.ts'
import { link } from './link.ts'
import type { Scenario, ScenarioPath } from './model.ts'
import { validate } from './validate.ts'
import { declaredVariables, substitute } from './variables.ts'

export interface Parsed {
  /** Scenarios without errors. */
  readonly scenarios: readonly Scenario[]
  /** The readable parts of scenarios with errors. Their references can still be checked. */
  readonly broken: readonly Scenario[]
  readonly problems: readonly Problem[]
  /** Variables that the documents declare, to report unused values. */
  readonly variables: readonly string[]
}

export interface ParseOptions {
  /** Values for variables, from `--set`. */
  readonly set?: ReadonlyMap<string, string>
  /** Whether documents that are not scenarios are skipped, as in a folder. Otherwise they are errors, reported once for manifests. */
  readonly passOver?: boolean
}

/** Maximum number of problems reported per file. The rest is counted. */
const maxProblems = 1000

/** Parses all scenarios of a YAML text and reports every problem at once. `file` is the name in messages and locates the folder of manifests. */
export function parseScenarios(
  text: string,
  file: string,
  { set = new Map(), passOver = false }: ParseOptions = {},
): Parsed {
  const { documents, problems } = readDocuments(text, file)
  const foreign = documents.find(isForeign)
  const wanted = documents.filter(
    passOver ? looksLikeScenario : (document) => document === foreign || !isForeign(document),
  )
  const results = wanted.map((document) => readScenario(document, set))
  const nothing = problems.length === 0 && documents.length === 0 && !passOver
  const all = [
    ...problems,
    ...results.flatMap((result) => result.problems),
    ...(nothing ? [error({ file, line: 1, column: 1 }, 'the file is empty')] : []),
  ]
  return {
    scenarios: results.flatMap(({ scenario }) => (scenario === undefined ? [] : [scenario])),
    broken: results.flatMap(({ broken }) => (broken === undefined ? [] : [broken])),
    problems: bounded(all, file),
    variables: wanted.flatMap(declaredVariables),
  }
}

interface Read {
  readonly scenario?: Scenario
  readonly broken?: Scenario
  readonly problems: readonly Problem[]
}

function readScenario(document: Document, set: ReadonlyMap<string, string>): Read {
  const alien = misidentified(document)
  if (alien !== undefined) return { problems: [...document.faults, alien] }
  const substituted = substitute(document, set)
  if (substituted.value === undefined) return { problems: [...document.faults, ...substituted.problems] }
  const { spec, problems } = validate(document, substituted)
  const linked = spec && link(spec, document, substituted.variables)
  const all = [...document.faults, ...substituted.problems, ...problems, ...(linked?.problems ?? [])]
  if (linked === undefined) return { problems: all.toSorted(byPlace) }
  const { scenario } = linked
  if (all.length > 0) return { broken: scenario, problems: all.toSorted(byPlace) }
  if (scenario.paths.length === 0 && scenario.steps.every((step) => step.paths.length === 0)) {
    return {
      broken: scenario,
      problems: [error(document.placeOf(['spec']), 'the scenario asserts nothing', 'give it paths or a matrix')],
    }
  }
  return {
    scenario,
    problems: scenario.paths
      .filter(({ only }) => only)
      .slice(0, 1)
      .map(leftOut),
  }
}

function leftOut({ place }: ScenarioPath): Problem {
  const message = 'only: paths without it are not run'
  return { severity: 'warning', message, place, hint: 'remove it before the scenario guards anything' }
}

function byPlace(a: Problem, b: Problem): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0)
}

function bounded(problems: readonly Problem[], file: string): readonly Problem[] {
  if (problems.length <= maxProblems) return problems
  const more = error({ file, line: 1, column: 1 }, `and ${problems.length - maxProblems} more mistakes`)
  return [...problems.slice(0, maxProblems), more]
}

function error(place: Place, message: string, hint?: string): Problem {
  return { severity: 'error', message, place, ...(hint !== undefined && { hint }) }
}
