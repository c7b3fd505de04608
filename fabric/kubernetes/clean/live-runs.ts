import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import type { LiveObject } from '../api/objects.ts'
import { lifeSeconds, renewalMs } from '../ownership.ts'
import { expiresAnnotation, roleAnnotation, runAnnotation } from '../run-facts.ts'

/** A run that missed two renewals of its owner objects is dead. */
const deadAfterMs = 2 * renewalMs

/** The time since each run with an owner object last renewed it, in milliseconds. */
export type Renewed = ReadonlyMap<string, number>

/**
 * When the owner objects were renewed. A Job's completion time and TTL both use the cluster's clock, so the runner's
 * clock does not matter.
 */
export function renewals(owners: readonly LiveObject[], clusterNow: number): Renewed {
  const renewed = new Map<string, number>()
  for (const { metadata, spec, status } of owners) {
    const run = metadata.annotations?.[runAnnotation]
    const ttl = spec?.['ttlSecondsAfterFinished']
    if (run === undefined || metadata.annotations?.[roleAnnotation] !== 'owner' || typeof ttl !== 'number') continue
    const ended = Date.parse((status?.['completionTime'] as string | undefined) ?? metadata.creationTimestamp ?? '')
    const ago = Math.max(0, clusterNow - (ended + (ttl - lifeSeconds) * 1000))
    renewed.set(run, Math.min(ago, renewed.get(run) ?? ago))
  }
  return renewed
}

/**
 * The live run that an object belongs to. A namespace exists before it contains an owner object; until then the
 * object's annotations decide.
 */
export function livingRunOf({ metadata }: LiveObject, renewed: Renewed, clusterNow: number): string | undefined {
  const { annotations = {}, ownerReferences = [] } = metadata
  const owner = ownerReferences.find(({ kind, name }) => kind === 'Job' && name.startsWith('crosscheck-'))
  const run = annotations[runAnnotation] ?? owner?.name.slice('crosscheck-'.length)
  if (run === undefined) return undefined
  const marked = Date.parse(annotations[expiresAnnotation] ?? '') - lifeSeconds * 1000
  return (renewed.get(run) ?? clusterNow - marked) < deadAfterMs ? run : undefined
}

/**
 * The API server's time in milliseconds since the epoch, from the timestamp of a SelfSubjectReview. Falls back to the
 * local clock (before 1.28).
 */
export async function clusterTime(client: Client, now: () => number, signal: AbortSignal): Promise<number> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  try {
    const review = (await client.send({ method: 'POST', path, body }, signal)) as Partial<LiveObject>
    const stamped = Date.parse(review.metadata?.creationTimestamp ?? '')
    return Number.isNaN(stamped) ? now() : stamped
  } catch (error) {
    if (!isStatus(error, 403, 404)) throw error
    return now()
  }
}
