import { didYouMean } from '../../policy/suggest.ts'
import type { Problem } from '../../policy/types.ts'
import { type FileSystem, readText, reasonOf, yamlFiles } from './files.ts'
import { manifestProblems } from './manifests.ts'
import type { Scenario } from './model.ts'
import { parseScenarios } from './parse.ts'

export interface Loaded {
  /** Scenarios without errors, in the order of the paths. */
  readonly scenarios: readonly Scenario[]
  readonly problems: readonly Problem[]
}

export interface LoadOptions {
  /** Values for variables, from `--set`. */
  readonly set?: ReadonlyMap<string, string>
}

const defaultFolder = 'scenarios'

/** Reads scenario files, and all files in folders. Every mistake of the user is a problem; none is thrown. */
export async function loadScenarios(
  paths: readonly string[],
  fs: FileSystem,
  { set = new Map() }: LoadOptions = {},
): Promise<Loaded> {
  const scenarios: Scenario[] = []
  const problems: Problem[] = []
  const variables = new Set<string>()
  const readFiles = new Set<string>()
  const read = async (file: string, passOver: boolean): Promise<number> => {
    if (readFiles.has(file)) return 1
    readFiles.add(file)
    const content = await readText(file, fs)
    if (typeof content === 'string') {
      problems.push({ severity: passOver ? 'warning' : 'error', message: `${file}: ${content}` })
      return 0
    }
    if (passOver && !mentionsScenario.test(content.text)) return 0
    const parsed = parseScenarios(content.text, file, { set, passOver })
    problems.push(...parsed.problems)
    for (const name of parsed.variables) variables.add(name)
    for (const scenario of parsed.scenarios) {
      const missing = await manifestProblems(scenario, fs)
      problems.push(...missing)
      if (missing.length === 0) scenarios.push(scenario)
    }
    for (const broken of parsed.broken) problems.push(...(await manifestProblems(broken, fs)))
    return parsed.scenarios.length + parsed.problems.length
  }
  for (const path of paths.length > 0 ? paths : [defaultFolder]) {
    const files = await filesOf(path, fs)
    if (typeof files === 'string') problems.push({ severity: 'error', message: `${path}: ${files}` })
    else if (files === undefined) await read(path, false)
    else {
      let found = 0
      for (const file of files) found += await read(file, true)
      if (found === 0) problems.push(nothingIn(path))
    }
  }
  return { scenarios, problems: [...problems, ...unwanted(set, variables)] }
}

/** Whether a text may contain a scenario, tested before parsing. Folders contain manifests and templates too. */
const mentionsScenario = /crosscheck\.dev\/|kind["']?\s*:\s*["']?Scenario\b/

/** The files of a folder; undefined for a file; a sentence if neither exists. */
async function filesOf(path: string, fs: FileSystem): Promise<readonly string[] | undefined | string> {
  try {
    return (await fs.stat(path)).isDirectory() ? await yamlFiles(path, fs) : undefined
  } catch (error) {
    return reasonOf(error)
  }
}

function nothingIn(path: string): Problem {
  return {
    severity: 'error',
    message: `${path}: no scenario in this folder`,
    hint: 'a scenario is YAML with kind: Scenario',
  }
}

/** Values for variables that no scenario declares are problems, because the run would not be the intended one. */
function unwanted(set: ReadonlyMap<string, string>, variables: ReadonlySet<string>): Problem[] {
  return [...set.keys()]
    .filter((name) => !variables.has(name))
    .map((name) => {
      const hint = didYouMean(name, variables)
      return {
        severity: 'error',
        message: `--set ${name}: no scenario has this variable`,
        ...(hint !== undefined && { hint }),
      }
    })
}
