import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import type { LiveObject } from '../api/objects.ts'
import { lifeSeconds, renewalMs } from '../ownership.ts'
import { expiresAnnotation, roleAnnotation, runAnnotation } from '../run-facts.ts'

/** A run that missed two renewals of its owners is dead. */
const deadAfterMs = 2 * renewalMs

/** How long ago each run that has an owner said that it lives, in milliseconds. */
export type Renewed = ReadonlyMap<string, number>

/** When the owners were renewed. A Job's end and its time to live are both of the cluster's clock, so no clock of a runner matters. */
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

/** The living run that an object belongs to. Namespaces are made before an owner is in them: where there is none, what the object itself says counts. */
export function livingRunOf({ metadata }: LiveObject, renewed: Renewed, clusterNow: number): string | undefined {
  const { annotations = {}, ownerReferences = [] } = metadata
  const owner = ownerReferences.find(({ kind, name }) => kind === 'Job' && name.startsWith('crosscheck-'))
  const run = annotations[runAnnotation] ?? owner?.name.slice('crosscheck-'.length)
  if (run === undefined) return undefined
  const marked = Date.parse(annotations[expiresAnnotation] ?? '') - lifeSeconds * 1000
  return (renewed.get(run) ?? clusterNow - marked) < deadAfterMs ? run : undefined
}

/** Milliseconds since the epoch by the API server's clock, as it stamps a review of the asker; by our own where it makes none (before 1.28). */
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
