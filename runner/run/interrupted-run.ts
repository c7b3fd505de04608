import type { Observation } from '../../checks/outcome.ts'
import type { ControlResult, Controls } from '../control/controls.ts'
import type { Measurement } from '../control/measurement.ts'
import { concludeUnmeasured } from '../judge/conclude.ts'
import { type MeasureOptions, measure } from '../measure/measure.ts'
import type { Stabilized } from '../measure/stabilize.ts'
import type { PlannedCheck } from '../plan/planned-check.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import { skipsOf, stagesOf } from '../plan/stage.ts'
import type { PathResult } from '../result/path-result.ts'
import type { Scenario, ScenarioPath } from '../scenario/model.ts'

/** Results for every path without a result when the run was interrupted, in the order of the scenario. Skipped paths keep their reason. */
export function unreportedPaths(
  scenario: Scenario,
  unreported: ReadonlySet<ScenarioPath>,
): Omit<PathResult, 'index'>[] {
  const skipOf = skipsOf(scenario)
  return stagesOf(scenario).flatMap(({ name, paths }) => {
    const position = { scenario: scenario.name, ...(name === undefined ? {} : { step: name }) }
    return paths
      .filter((path) => unreported.has(path))
      .map((path) => {
        const skip = skipOf(path)
        const why =
          skip === undefined
            ? ({
                status: 'inconclusive',
                cause: 'not_run',
                explanation: ['the run was interrupted before it was measured'],
              } as const)
            : ({ status: 'skipped', explanation: [skip] } as const)
        return concludeUnmeasured({ path, sources: [], itself: [] }, path.source.name, { position, ...why })
      })
  })
}

/** Measures the checks. On abort, resolves with the partial observations and without controls. */
export async function measureUntilInterrupted(
  plannedChecks: readonly PlannedCheck[],
  options: MeasureOptions,
): Promise<{ readonly measurement: Measurement; readonly isWhole: boolean }> {
  const { signal } = options
  const observedConnections = new Map<PlannedCheck, readonly Observation[]>()
  const onSeen: MeasureOptions['onSeen'] = (plannedCheck, observations) =>
    void observedConnections.set(plannedCheck, observations)
  try {
    const measurement = await measure(plannedChecks, { ...options, onSeen })
    if (!signal.aborted) return { measurement, isWhole: true }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return { measurement: { observedConnections, controls: nothingShown }, isWhole: false }
}

/** Marks paths whose measurement is incomplete. */
export function cutOff(paths: readonly PlannedPath[], measurement: Measurement): Stabilized {
  const sentence = 'the run was interrupted while it was measured'
  return { measurement, remarks: new Map(), interrupted: new Map(paths.map((path) => [path, sentence])) }
}

const none: ControlResult = { shown: undefined, kind: 'none', sentence: 'the run was interrupted before it was known' }

const nothingShown: Controls = {
  targetAlive: () => none,
  sourceAlive: () => none,
  enforced: () => none,
  known: () => undefined,
  intercepted: () => false,
  overflowed: () => false,
}
