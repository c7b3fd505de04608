import type { Pace } from '../../fabric/fabric.ts'
import type { PlannedCheck } from '../plan/planned-check.ts'

/** The node that receives a check's connections; the empty string if unknown. */
function placeOf({ destination }: PlannedCheck): string {
  if (destination.kind === 'pod') return destination.pod.node
  return destination.kind === 'node' ? destination.node.name : ''
}

/**
 * The rate of each source, so that no node receives more than `perSecond` new connections from all sources together. All sources take as long as the
 * busiest node needs. Undefined if no rate limit is needed, because everything takes one second or less.
 */
export function sharedPace(
  plannedChecks: readonly PlannedCheck[],
  perSecond: number,
): (own: readonly PlannedCheck[]) => Pace | undefined {
  const counts = [...Map.groupBy(plannedChecks, placeOf).values()].map(connectionsOf)
  const seconds = Math.max(0, ...counts) / perSecond
  return (own) => (seconds <= 1 ? undefined : { perSecond: Math.max(1, connectionsOf(own) / seconds) })
}

/** The same checks, with the nodes spread as evenly as possible, so that the total rate applies to each node as well. */
export function mixed(plannedChecks: readonly PlannedCheck[]): PlannedCheck[] {
  const groups = [
    ...Map.groupBy(plannedChecks, (plannedCheck) => `${plannedCheck.source} ${placeOf(plannedCheck)}`).values(),
  ]
  const placed = groups.flatMap((group) =>
    group.map((plannedCheck, index) => ({ plannedCheck, at: (index + 0.5) / group.length })),
  )
  return placed.toSorted((a, b) => a.at - b.at).map(({ plannedCheck }) => plannedCheck)
}

function connectionsOf(plannedChecks: readonly PlannedCheck[]): number {
  return plannedChecks.reduce((sum, { connections }) => sum + connections, 0)
}
