import type { Fabric, Manifest } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import type { CanaryFor } from '../control/canary-reuse.ts'
import type { ManifestPath, Scenario, ScenarioPath } from '../scenario/model.ts'
import type { ScenarioEvents } from './event-order.ts'

/** What stays from one stage of a scenario to the next. */
export interface StageContext {
  readonly scenario: Scenario
  readonly fabric: Fabric
  /** As it was when the fabric was opened, before any step. */
  readonly world: World
  readonly canaryFor: CanaryFor
  readonly emit: ScenarioEvents['emit']
  /** The paths of all stages whose results have not been told yet: each goes as it is told. */
  readonly unreported: Set<ScenarioPath>
  readonly readObjects: (files: readonly ManifestPath[]) => Promise<readonly Manifest[]>
  /** The words of the command line that name the world, quoted for a shell. */
  readonly worldWords?: readonly string[]
  readonly deadlineMs?: number
  /** How long paths may settle, in milliseconds; the scenario says it when absent. */
  readonly settleMs?: number
  readonly now: () => number
  readonly signal: AbortSignal
}
