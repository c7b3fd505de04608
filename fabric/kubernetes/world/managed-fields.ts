import type { Metadata } from '../api/objects.ts'
import type { ResourceKind } from '../api/resources.ts'

/** A write to a part of an object. */
export interface Touch {
  /** Milliseconds since the epoch: the last time that this manager wrote any of its fields in the object. */
  readonly at: number
  /** `created`, or the part that was written: `spec`, `labels`, `pod template`, `endpoints`. */
  readonly what: string
  /** The field manager: `kubectl-edit`, `argocd-controller`, …; empty if unknown. */
  readonly by: string
}

type Fields = Readonly<Record<string, unknown>>

/** The parts of each kind that affect a path, with their location in `fieldsV1`. */
const parts: Partial<Record<ResourceKind, readonly (readonly [what: string, ...way: string[]])[]>> = {
  Namespace: [['labels', 'f:metadata', 'f:labels']],
  NetworkPolicy: [['spec', 'f:spec']],
  Service: [['spec', 'f:spec']],
  EndpointSlice: [['endpoints', 'f:endpoints']],
  Pod: [['labels', 'f:metadata', 'f:labels']],
  CronJob: [['pod template', 'f:spec', 'f:jobTemplate']],
}
const ofTemplate = [['pod template', 'f:spec', 'f:template']] as const

/**
 * Who wrote the parts of an object that affect paths, and when, from its managedFields (Kubernetes, "Server-Side
 * Apply").
 */
export function touchesOf(kind: ResourceKind, { managedFields = [], creationTimestamp }: Metadata): Touch[] {
  const created = Date.parse(creationTimestamp ?? '')
  const written = managedFields.flatMap(({ manager = '', time, fieldsV1, subresource }) => {
    const at = Date.parse(time ?? '')
    if (Number.isNaN(at) || (subresource ?? '') !== '') return []
    const own = (parts[kind] ?? ofTemplate).find(([, ...way]) => has(fieldsV1, way))
    return own === undefined ? [] : [{ at, what: own[0], by: manager }]
  })
  if (Number.isNaN(created)) return written
  // Writes within a second of the creation belong to the creation, because timestamps have whole seconds.
  const later = written.filter(({ at }) => at > created + 1000)
  const maker = written.find(({ at }) => at <= created + 1000)?.by ?? managedFields[0]?.manager ?? ''
  const what = kind === 'EndpointSlice' ? 'endpoints' : 'created'
  return [...later, { at: created, what, by: maker }].toSorted((a, b) => b.at - a.at)
}

function has(fields: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true
  return typeof fields === 'object' && fields !== null && first in fields && has((fields as Fields)[first], rest)
}
