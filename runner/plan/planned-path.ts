import type { Family } from '../../checks/vantage.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import type { PlannedCheck } from './planned-check.ts'
import type { PlannedSource } from './planned-source.ts'
import type { TargetDestinations, UnresolvedTarget } from './unresolved-target.ts'

/** A path of the scenario for one source and family, with everything that is dialled for it. */
export interface PlannedPath {
  readonly path: ScenarioPath
  readonly source: PlannedSource
  readonly family?: Family
  /** The target as the application would reach it: by name, with what the scenario asks of the answer. */
  readonly application?: PlannedCheck
  /** The addresses that the target stands for. */
  readonly addresses: readonly PlannedCheck[]
  /** The name's resolution, beside a path that is judged by address. */
  readonly lookup?: PlannedCheck
  /** The same addresses from the source that the path names as control. */
  readonly witnesses: readonly PlannedCheck[]
  /** Every address that the target stands for, those included that are not dialled. */
  readonly targetDestinations: TargetDestinations
  /** Why the target leads to no address, or to fewer than meant. */
  readonly unresolvedTarget?: UnresolvedTarget
}

/** Everything that a path dials. */
export function plannedChecksOf({ application, addresses, lookup, witnesses }: PlannedPath): PlannedCheck[] {
  return [application, ...addresses, lookup, ...witnesses].filter((plannedCheck) => plannedCheck !== undefined)
}
