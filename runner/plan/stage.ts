import type { World } from '../../fabric/world.ts'
import type { Scenario, ScenarioPath, StepChange } from '../scenario/model.ts'
import type { PlannedPath } from './planned-path.ts'
import type { PlannedSource } from './planned-source.ts'
import { isItselfIn } from './same-pod.ts'
import { expandSource } from './sources.ts'

/** The scenario's paths, then those of each step, after its change. */
export interface Stage {
  readonly name?: string
  readonly change?: StepChange
  readonly paths: readonly ScenarioPath[]
}

export function stagesOf({ paths, steps }: Scenario): Stage[] {
  return [{ paths }, ...steps.map(({ name, change, paths: own }) => ({ name, change, paths: own }))]
}

/** A path with the sources that it stands for in this world. */
export interface ResolvedPath {
  readonly path: ScenarioPath
  readonly sources: readonly PlannedSource[]
  /** Sources that a matrix leaves out here: the target is the source itself and nothing else. */
  readonly itself: readonly PlannedSource[]
  readonly witness?: PlannedSource
  /** Why there is no source. */
  readonly note?: string
  /** Why it is not run. */
  readonly skip?: string
}

/** A path, and what is planned for each of its sources that can ask. */
export interface PlanEntry {
  readonly resolvedPaths: ResolvedPath
  readonly planned: readonly PlannedPath[]
}

/** Expands the sources of a stage; paths that the file or its `only` leaves out keep their place, with the reason. */
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

/** Which pairs the matrices leave out, in one sentence; undefined where none is. */
export function leftOutText(resolvedPaths: readonly ResolvedPath[]): string | undefined {
  const pairs = resolvedPaths.flatMap(({ path, itself, skip }) =>
    skip === undefined ? [...new Set(itself.map(({ name }) => `${name} -> ${path.target.name}`))] : [],
  )
  if (pairs.length === 0) return undefined
  const more = pairs.length > named ? ` and ${pairs.length - named} more` : ''
  return `left out of the matrix, because a pod always reaches itself: ${pairs.slice(0, named).join(', ')}${more}`
}

/** How many pairs that sentence names. */
const named = 10

/** Why a path of the scenario is not run; undefined where it is. */
export function skipsOf({ paths, steps }: Scenario): (path: ScenarioPath) => string | undefined {
  const someOnly = [...paths, ...steps.flatMap((step) => step.paths)].some(({ only }) => only)
  return (path) => path.skip ?? (someOnly && !path.only ? 'other paths of the scenario say only' : undefined)
}
