import type { Recent } from '../../world.ts'
import type { LiveObject } from '../api/objects.ts'
import type { ResourceKind } from '../api/resources.ts'
import { touchesOf } from './managed-fields.ts'

/** What of an object was written since then (milliseconds since the epoch) and decides over paths; nothing for other kinds. */
export function recentOf(kind: ResourceKind, { metadata }: LiveObject, since: number): readonly Recent[] {
  if (kind !== 'NetworkPolicy' && kind !== 'Namespace' && kind !== 'Pod') return []
  // Of 50,000 objects nearly all are older: times in this form compare as texts do.
  const from = new Date(since).toISOString()
  const times = [metadata.creationTimestamp, ...(metadata.managedFields ?? []).map(({ time }) => time)]
  if (times.every((time) => time === undefined || time < from)) return []
  const [last] = touchesOf(kind, metadata)
  const { namespace = '', name } = metadata
  return last === undefined || last.at < since ? [] : [{ kind, namespace, name, at: last.at }]
}
