import type { World } from '../../fabric/world.ts'
import type { Scenario, ScenarioPath, StepChange } from '../scenario/model.ts'
import type { PlannedPath } from './planned-path.ts'
import type { PlannedSource } from './planned-source.ts'
import { isItselfIn } from './same-pod.ts'
import { expandSource } from './sources.ts'

/** A stage: the scenario's paths, or one step with the paths to check after its change. */
export interface Stage {
  readonly name?: string
  readonly change?: StepChange
  readonly paths: readonly ScenarioPath[]
}

export function stagesOf({ paths, steps }: Scenario): Stage[] {
  return [{ paths }, ...steps.map(({ name, change, paths: own }) => ({ name, change, paths: own }))]
}

/** A path with the sources that it expands to in this world. */
export interface ResolvedPath {
  readonly path: ScenarioPath
  readonly sources: readonly PlannedSource[]
  /** Sources that a matrix skips because the target is only the source itself. */
  readonly itself: readonly PlannedSource[]
  readonly witness?: PlannedSource
  /** Why the path has no source. */
  readonly note?: string
  /** Why the path is skipped. */
  readonly skip?: string
}

/** A path with the plan for each of its sources that has a probe. */
export interface PlanEntry {
  readonly resolvedPath: ResolvedPath
  readonly planned: readonly PlannedPath[]
}

/** Expands the sources of a stage. Paths that `skip` or another path's `only` excludes stay in the list, with the reason. */
export function resolveSources({ paths }: Stage, scenario: Scenario, world: World): ResolvedPath[] {
  const skipOf = skipsOf(scenario)
  const isItself = isItselfIn(world)
  return paths.map((path) => {
    const { sources, note } = expandSource(path.source, world, path.target)
    const witness = path.control === undefined ? undefined : expandSource(path.control, world, path.target).sources[0]
    const skip = skipOf(path)
    const itself = path.closedWorld && !path.listed ? sources.filter((source) => isItself(source, path.target)) : []
    return {
      path,
      sources: sources.filter((source) => !itself.includes(source)),
      itself,
      ...(witness === undefined ? {} : { witness }),
      ...(note === undefined ? {} : { note }),
      ...(skip === undefined ? {} : { skip }),
    }
  })
}

/** One sentence about the pairs that the matrices skip; undefined if there are none. */
export function leftOutText(resolvedPaths: readonly ResolvedPath[]): string | undefined {
  const pairs = resolvedPaths.flatMap(({ path, itself, skip }) =>
    skip === undefined ? [...new Set(itself.map(({ name }) => `${name} -> ${path.target.name}`))] : [],
  )
  if (pairs.length === 0) return undefined
  const more = pairs.length > named ? ` and ${pairs.length - named} more` : ''
  return `left out of the matrix, because a pod always reaches itself: ${pairs.slice(0, named).join(', ')}${more}`
}

/** Maximum number of pairs that the sentence lists by name. */
const named = 10

/** Returns the reason why a path of the scenario is skipped; undefined if it runs. */
export function skipsOf({ paths, steps }: Scenario): (path: ScenarioPath) => string | undefined {
  const someOnly = [...paths, ...steps.flatMap((step) => step.paths)].some(({ only }) => only)
  return (path) => path.skip ?? (someOnly && !path.only ? 'other paths of the scenario say only' : undefined)
}
