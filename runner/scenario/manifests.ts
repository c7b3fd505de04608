import { dirname, relative, sep } from 'node:path'
import type { Problem } from '../../policy/types.ts'
import { type FileSystem, reasonOf } from './files.ts'
import type { ManifestPath, Scenario } from './model.ts'

/** Problems for manifests of a scenario and its steps that do not exist, or that leave the scenario's folder through a symbolic link. */
export async function manifestProblems(scenario: Scenario, fs: FileSystem): Promise<readonly Problem[]> {
  const paths = [
    ...scenario.manifests,
    ...scenario.steps.flatMap(({ change }) => (change.kind === 'apply' ? change.files : [])),
  ]
  const folder = await fs.realpath(dirname(scenario.place.file))
  const problems = await Promise.all(paths.map((path) => problemOf(path, folder, fs)))
  return problems.filter((problem) => problem !== undefined)
}

async function problemOf({ path, place }: ManifestPath, folder: string, fs: FileSystem): Promise<Problem | undefined> {
  try {
    const way = relative(folder, await fs.realpath(path))
    if (way !== '..' && !way.startsWith(`..${sep}`)) return undefined
    return { severity: 'error', message: `${path}: a symbolic link leads out of the scenario's folder`, place }
  } catch (error) {
    return { severity: 'error', message: `${path}: ${reasonOf(error)}`, place }
  }
}
