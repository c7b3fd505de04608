import { setTimeout as delay } from 'node:timers/promises'
import type { Labels } from '../../../policy/types.ts'
import type { Identity, Probe, Unavailable } from '../../fabric.ts'
import type { ManifestObject } from '../../manifests/object.ts'
import { ownedLabel, residentLabel } from '../../owned.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { deleteObject, getObject, type LiveObject, listObjects } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import type { Cluster, ResidentCanary } from '../cluster.ts'
import { ownerName } from '../ownership.ts'
import { stateOf } from '../probe/pod-state.ts'
import { standingCanary } from './canary.ts'
import { residentIn, standsFor } from './probes.ts'

/** How long to wait for earlier runs, and the polling interval, in milliseconds. */
const turnMs = 300_000
const periodMs = 250

/** The cluster's standing canary, if this user can read it, or else the namespace given for canaries, if it exists. */
export async function findResidentCanary(
  client: Client,
  named: string | undefined,
  signal: AbortSignal,
): Promise<ResidentCanary | undefined> {
  const namespace = named ?? standingCanary
  const at = { resource: resources.Namespace, name: namespace }
  const found = await getObject(client, at, signal).catch((error: unknown) => {
    if (!isStatus(error, 401, 403)) throw error
    return 'hidden' as const
  })
  // A user who names a namespace without read access knows that it exists.
  if (found === 'hidden') return named === undefined ? undefined : { namespace, standing: false, taken: new Map() }
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined
  const { labels = {} } = found.metadata
  const standing = labels[residentLabel] !== undefined
  const lent = named !== undefined && labels[ownedLabel] === undefined
  return standing || lent ? { namespace, standing, taken: new Map() } : undefined
}

/**
 * The objects that must still be created: the canary's namespace exists, and so do the pods of a standing canary. Waits
 * for this run's turn.
 */
export async function useResidentCanary(
  cluster: Cluster,
  objects: readonly ManifestObject[],
  signal: AbortSignal,
): Promise<readonly ManifestObject[]> {
  const { residentCanary } = cluster
  const own = objects.filter(({ kind, namespace, name }) =>
    isResidentCanary(residentCanary, kind === 'Namespace' ? name : namespace),
  )
  if (residentCanary === undefined || own.length === 0) return objects
  residentCanary.turn ??= takeTurn(cluster, residentCanary, signal)
  await residentCanary.turn
  if (!residentCanary.standing) return objects.filter((object) => !own.includes(object) || object.kind !== 'Namespace')
  const asked = own.filter(({ kind }) => kind === 'Pod')
  if (asked.length > 0) {
    const at = { resource: resources.Pod, namespace: residentCanary.namespace, labelSelector: residentLabel }
    const pods = await listObjects(cluster.client, at, signal)
    for (const object of asked) residentCanary.taken.set(object.name, seatFor(object, pods))
  }
  return objects.filter((object) => !own.includes(object) || isResidentCanaryPolicy(residentCanary, object))
}

/** A run creates and deletes only policies there. */
export function isResidentCanaryPolicy(
  residentCanary: ResidentCanary | undefined,
  { kind, namespace }: ManifestObject,
): boolean {
  return kind === 'NetworkPolicy' && isResidentCanary(residentCanary, namespace)
}

/** Whether a namespace is that of the standing canary. */
export function isResidentCanary(residentCanary: ResidentCanary | undefined, namespace: string): boolean {
  return residentCanary?.namespace === namespace
}

/** The probe in the pod with this name in this run; undefined if no canary pod has that name. */
export async function residentCanaryProbe(
  cluster: Cluster,
  identity: Extract<Identity, { kind: 'inside' }>,
  signal: AbortSignal,
): Promise<Probe | Unavailable | undefined> {
  const { residentCanary } = cluster
  const live = isResidentCanary(residentCanary, identity.namespace)
    ? residentCanary?.taken.get(identity.pod)
    : undefined
  if (live === undefined) return undefined
  const probe = await residentIn(cluster, live, signal)
  return 'unavailable' in probe ? probe : { ...probe, identity }
}

function seatFor(object: ManifestObject, pods: readonly LiveObject[]): LiveObject {
  const { name, value } = object
  const { labels = {} } = value['metadata'] as { readonly labels?: Labels }
  const { nodeName } = value['spec'] as { readonly nodeName?: string }
  const { [ownedLabel]: _, ...wanted } = labels
  const found = pods.find(
    (pod) => pod.spec?.['nodeName'] === nodeName && standsFor(pod, wanted) && stateOf(pod).kind === 'running',
  )
  if (found !== undefined) return found
  throw new Error(
    `the standing canary is not up on ${nodeName}, where ${name} is needed: crosscheck probes list -n ${object.namespace}`,
  )
}

/** Runs take turns in the order in which they created their owner objects. Objects of earlier runs are deleted. */
async function takeTurn(
  { client, owners, run }: Cluster,
  residentCanary: ResidentCanary,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, standing } = residentCanary
  await owners.ownerIn(namespace, signal)
  const labelSelector = ownedLabel
  for (const end = performance.now() + turnMs; ; await delay(periodMs, undefined, { signal })) {
    // If runs create the pods, those of the previous run have the same names. So this waits for pods too.
    const kinds = standing ? [resources.Job] : [resources.Job, resources.Pod]
    const lists = kinds.map((resource) => listObjects(client, { resource, namespace, labelSelector }, signal))
    const jobs = (await Promise.all(lists)).flat()
    const [first] = jobs.toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
    if (first === undefined || first.metadata.name === ownerName(run.id)) break
    if (performance.now() > end)
      throw new Error(
        `the canary is still used by another run after ${turnMs / 1000} s (${namespace}/${first.metadata.name})`,
      )
  }
  const left = await listObjects(client, { resource: resources.NetworkPolicy, namespace, labelSelector }, signal)
  const at = left.map(({ metadata: { name } }) => ({ resource: resources.NetworkPolicy, namespace, name }))
  await Promise.all(at.map((each) => deleteObject(client, each, {}, signal)))
}

function orderOf({ metadata: { creationTimestamp = '', name } }: LiveObject): string {
  return `${creationTimestamp} ${name}`
}
