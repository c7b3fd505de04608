import type { Pace } from '../../fabric/fabric.ts'
import type { Dial } from '../plan/planned-check.ts'

/** Where a dial's connections arrive; what is not known is one place. */
function placeOf({ aim }: Dial): string {
  if (aim.kind === 'pod') return aim.pod.node
  return aim.kind === 'node' ? aim.node.name : ''
}

/**
 * How quickly each source may go so that no place sees more than `perSecond` new connections of all of them together: all take as long as the place
 * that is dialled most. Undefined where the whole is less than what one second admits.
 */
export function sharedPace(dials: readonly Dial[], perSecond: number): (own: readonly Dial[]) => Pace | undefined {
  const counts = [...Map.groupBy(dials, placeOf).values()].map(connectionsOf)
  const seconds = Math.max(0, ...counts) / perSecond
  return (own) => (seconds <= 1 ? undefined : { perSecond: Math.max(1, connectionsOf(own) / seconds) })
}

/** The same dials in an order in which each place comes as evenly as may be: a pace over all is then one over each. */
export function mixed(dials: readonly Dial[]): Dial[] {
  const groups = [...Map.groupBy(dials, (dial) => `${dial.source} ${placeOf(dial)}`).values()]
  const placed = groups.flatMap((group) => group.map((dial, index) => ({ dial, at: (index + 0.5) / group.length })))
  return placed.toSorted((a, b) => a.at - b.at).map(({ dial }) => dial)
}

function connectionsOf(dials: readonly Dial[]): number {
  return dials.reduce((sum, { connections }) => sum + connections, 0)
}
