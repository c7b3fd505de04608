import type { Recent } from '../../world.ts'
import type { LiveObject } from '../api/objects.ts'
import type { ResourceKind } from '../api/resources.ts'
import { touchesOf } from './managed-fields.ts'

/** Writes to an object since that time (milliseconds since the epoch) that affect paths; empty for other kinds. */
export function recentOf(kind: ResourceKind, { metadata }: LiveObject, since: number): readonly Recent[] {
  if (kind !== 'NetworkPolicy' && kind !== 'Namespace' && kind !== 'Pod') return []
  // Nearly all of 50,000 objects are older. Timestamps in this format compare as strings.
  const from = new Date(since).toISOString()
  const times = [metadata.creationTimestamp, ...(metadata.managedFields ?? []).map(({ time }) => time)]
  if (times.every((time) => time === undefined || time < from)) return []
  const [last] = touchesOf(kind, metadata)
  const { namespace = '', name } = metadata
  return last === undefined || last.at < since ? [] : [{ kind, namespace, name, at: last.at }]
}
