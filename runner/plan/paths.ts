import type { Family } from '../../checks/vantage.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import { planAsked } from './allowed.ts'
import { planBlocked } from './blocked.ts'
import type { Dial } from './connection.ts'
import { planQuestion } from './dns.ts'
import type { MakeDial, PlanOptions } from './path-context.ts'
import type { PlannedSource } from './sources.ts'
import type { Aims, Gap } from './unresolved-target.ts'

/** A path of the scenario for one source and family, with everything that is dialled for it. */
export interface PlannedPath {
  readonly path: ScenarioPath
  readonly source: PlannedSource
  readonly family?: Family
  /** The target as the application would reach it: by name, with what the scenario asks of the answer. */
  readonly application?: Dial
  /** The addresses that the target stands for. */
  readonly addresses: readonly Dial[]
  /** The name's resolution, beside a path that is judged by address. */
  readonly lookup?: Dial
  /** The same addresses from the source that the path names as control. */
  readonly witnesses: readonly Dial[]
  /** Every address that the target stands for, those included that are not dialled. */
  readonly destinations: Aims
  /** Why the target leads to no address, or to fewer than meant. */
  readonly gap?: Gap
}

/** Plans one path for one source: a row per family. */
export type PlanPath = (path: ScenarioPath, source: PlannedSource, witness?: PlannedSource) => readonly PlannedPath[]

/** A planner for paths of one run; equal dials of different paths are one object, so that nothing is dialled twice. */
export function createPlanner(options: PlanOptions): PlanPath {
  const dials = new Map<string, Dial>()
  const dial: MakeDial = (made) => {
    const key = JSON.stringify([made.source, made.check, made.connections, made.aim.kind, made.singleSyn])
    const known = dials.get(key) ?? made
    dials.set(key, known)
    return known
  }
  return (path, source, witness) => {
    const families = path.family === 'both' ? ([4, 6] as const) : [path.family]
    return families.map((family) => {
      const task = { path, source, witness, family, dial, options }
      const head = { path, source, witnesses: [], ...(family === undefined ? {} : { family }) }
      if (path.target.kind === 'dns') return { ...head, ...planQuestion(path.target, task) }
      const layer4 = path.expect.kind === 'blocked' && path.expect.layer === 4
      return { ...head, ...(layer4 ? planBlocked(path.target, task) : planAsked(path.target, task)) }
    })
  }
}

/** Everything that a path dials. */
export function dialsOf({ application, addresses, lookup, witnesses }: PlannedPath): Dial[] {
  return [application, ...addresses, lookup, ...witnesses].filter((dial) => dial !== undefined)
}
