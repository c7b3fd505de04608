import type { Fabric, Manifest } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import type { CanaryFor } from '../control/canary-reuse.ts'
import type { ManifestPath, Scenario, ScenarioPath } from '../scenario/model.ts'
import type { ScenarioEvents } from './event-order.ts'

/** What all stages of a scenario share. */
export interface StageContext {
  readonly scenario: Scenario
  readonly fabric: Fabric
  /** The world when the fabric was opened, before any step. */
  readonly world: World
  readonly canaryFor: CanaryFor
  readonly emit: ScenarioEvents['emit']
  /** Paths of all stages without a reported result. Each is removed when it is reported. */
  readonly unreported: Set<ScenarioPath>
  readonly readObjects: (files: readonly ManifestPath[]) => Promise<readonly Manifest[]>
  /** Command-line arguments that name the world, quoted for a shell. */
  readonly worldWords?: readonly string[]
  readonly deadlineMs?: number
  /** How long paths may settle, in milliseconds; if absent, as the scenario says. */
  readonly settleMs?: number
  readonly now: () => number
  readonly signal: AbortSignal
}
