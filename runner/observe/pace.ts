import type { Pace } from '../../fabric/fabric.ts'
import type { PlannedCheck } from '../plan/planned-check.ts'

/** Where a dial's connections arrive; what is not known is one place. */
function placeOf({ destination }: PlannedCheck): string {
  if (destination.kind === 'pod') return destination.pod.node
  return destination.kind === 'node' ? destination.node.name : ''
}

/**
 * How quickly each source may go so that no place sees more than `perSecond` new connections of all of them together: all take as long as the place
 * that is dialled most. Undefined where the whole is less than what one second admits.
 */
export function sharedPace(
  plannedChecks: readonly PlannedCheck[],
  perSecond: number,
): (own: readonly PlannedCheck[]) => Pace | undefined {
  const counts = [...Map.groupBy(plannedChecks, placeOf).values()].map(connectionsOf)
  const seconds = Math.max(0, ...counts) / perSecond
  return (own) => (seconds <= 1 ? undefined : { perSecond: Math.max(1, connectionsOf(own) / seconds) })
}

/** The same dials in an order in which each place comes as evenly as may be: a pace over all is then one over each. */
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
