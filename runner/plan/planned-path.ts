import type { Family } from '../../checks/vantage.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import type { Dial } from './planned-check.ts'
import type { PlannedSource } from './planned-source.ts'
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

/** Everything that a path dials. */
export function dialsOf({ application, addresses, lookup, witnesses }: PlannedPath): Dial[] {
  return [application, ...addresses, lookup, ...witnesses].filter((dial) => dial !== undefined)
}
