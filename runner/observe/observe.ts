import type { Observation } from '../../checks/outcome.ts'
import type { Probe } from '../../fabric/fabric.ts'
import { isLate, type PlannedCheck, type SourceKey } from '../plan/planned-check.ts'
import { mixed, sharedPace } from './pace.ts'

/** Observations of each check, one per connection, unordered. */
export type ObservedConnections = ReadonlyMap<PlannedCheck, readonly Observation[]>

export interface ObserveOptions {
  readonly probes: ReadonlyMap<SourceKey, Probe>
  /** Maximum number of new connections per second to a target's node, from all sources together; unlimited if absent. */
  readonly perSecond?: number | undefined
  readonly signal: AbortSignal
  /** Called when all connections of a check are complete. */
  readonly onMeasured?: (plannedCheck: PlannedCheck, observations: readonly Observation[]) => void
}

/**
 * Runs all checks, one batch per source and all sources in parallel. Connections that did not run or completed too late are tried once more. A check
 * without a probe, or whose batch ended early twice, lacks observations.
 */
export async function observe(
  plannedChecks: readonly PlannedCheck[],
  options: ObserveOptions,
): Promise<ObservedConnections> {
  const first = await observeOnce(plannedChecks, options)
  const lost = plannedChecks.filter((plannedCheck) => !whole(plannedCheck, first.get(plannedCheck)))
  if (lost.length === 0 || options.signal.aborted) return first
  const again = await observeOnce(lost, options)
  const both = lost.map((plannedCheck) => {
    const kept = (first.get(plannedCheck) ?? []).filter((each) => counts(plannedCheck, each))
    return [plannedCheck, [...kept, ...(again.get(plannedCheck) ?? [])]] as const
  })
  return new Map([...first, ...both])
}

async function observeOnce(
  plannedChecks: readonly PlannedCheck[],
  { probes, perSecond, signal, onMeasured }: ObserveOptions,
): Promise<ObservedConnections> {
  const seen = new Map<PlannedCheck, Observation[]>(plannedChecks.map((plannedCheck) => [plannedCheck, []]))
  const paceOf = perSecond === undefined ? () => undefined : sharedPace(plannedChecks, perSecond)
  const bySource = Map.groupBy(
    perSecond === undefined ? plannedChecks : mixed(plannedChecks),
    (plannedCheck) => plannedCheck.source,
  )
  await Promise.all(
    [...bySource].map(async ([source, own]) => {
      const probe = probes.get(source)
      if (probe === undefined) return
      for await (const observation of probe.run(batchOf(own), signal, paceOf(own))) {
        const plannedCheck = own[Number.parseInt(observation.id, 10)]
        const list = plannedCheck && seen.get(plannedCheck)
        if (plannedCheck === undefined || list === undefined) continue
        list.push(observation)
        if (whole(plannedCheck, list)) onMeasured?.(plannedCheck, list)
      }
    }),
  )
  return seen
}

/** Whether all connections of a check are complete. */
function whole(plannedCheck: PlannedCheck, list: readonly Observation[] = []): boolean {
  return list.length === plannedCheck.connections && list.every((each) => counts(plannedCheck, each))
}

/** Whether a connection ran and completed in time. */
function counts(plannedCheck: PlannedCheck, { outcome }: Observation): boolean {
  return outcome.reason !== 'not_run' && !isLate(plannedCheck, outcome)
}

/** One check per connection, with the ID `<index of the check>.<connection>`. */
function batchOf(plannedChecks: readonly PlannedCheck[]) {
  return plannedChecks.flatMap((plannedCheck, index) =>
    Array.from({ length: plannedCheck.connections }, (_, connection) => ({
      ...plannedCheck.check,
      id: `${index}.${connection}`,
    })),
  )
}
