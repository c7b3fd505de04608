import type { Family } from '../../checks/vantage.ts'
import type { ScenarioPath } from '../scenario/model.ts'
import type { PlannedCheck } from './planned-check.ts'
import type { PlannedSource } from './planned-source.ts'
import type { TargetDestinations, UnresolvedTarget } from './unresolved-target.ts'

/** One path of the scenario for one source and one address family, with all of its checks. */
export interface PlannedPath {
  readonly path: ScenarioPath
  readonly source: PlannedSource
  readonly family?: Family
  /** The check that the application would make, with the scenario's conditions on the response. */
  readonly application?: PlannedCheck
  /** Checks of the addresses that the target resolves to. */
  readonly addresses: readonly PlannedCheck[]
  /** The DNS lookup of the name, for a path that is judged by address. */
  readonly lookup?: PlannedCheck
  /** The same addresses, checked from the path's control source. */
  readonly witnesses: readonly PlannedCheck[]
  /** Every address of the target, including those without a check. */
  readonly targetDestinations: TargetDestinations
  /** Why the target has no address, or fewer addresses than expected. */
  readonly unresolvedTarget?: UnresolvedTarget
}

/** All checks of a path. */
export function plannedChecksOf({ application, addresses, lookup, witnesses }: PlannedPath): PlannedCheck[] {
  return [application, ...addresses, lookup, ...witnesses].filter((plannedCheck) => plannedCheck !== undefined)
}
