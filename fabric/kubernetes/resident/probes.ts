import type { Labels } from '../../../policy/types.ts'
import type { Probe, Unavailable } from '../../fabric.ts'
import { residentLabel } from '../../owned.ts'
import { isStatus } from '../api/api-error.ts'
import { getObject, type LiveObject, listObjects } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import type { Cluster } from '../cluster.ts'
import { remember } from '../ownership.ts'
import type { Template } from '../probe/clone.ts'
import { type ContainerStatus, imageOf, stateOf } from '../probe/pod-state.ts'
import { probeIn } from '../probe/probe-in.ts'
import { freshProbe, type Standing } from '../probe/probe-pods.ts'
import { noteWith } from '../probe/sidecars.ts'
import { podOf } from '../world/live-world.ts'
import { labelsAnnotation, residentAccess, sourceAnnotation, tokenKey } from './manifests.ts'
import { sameLabels } from './source.ts'

/** How long a pod counts as new: the time that a plugin with slow propagation may need (milliseconds). */
const freshMs = 30_000

/** The resident probe that policies cannot distinguish from the source, or else a new pod. */
export async function standInProbe(
  cluster: Cluster,
  standing: Standing,
  template: Template,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  // A resident probe opted out of sidecars. In a mesh it would have another identity.
  if (cluster.run.mesh === true) return freshProbe(cluster, standing, template, signal)
  const resident = await residentProbe(cluster, standing, template.labels, signal)
  if (resident !== undefined && !('unavailable' in resident)) return resident
  const fresh = await freshProbe(cluster, standing, template, signal)
  if (resident === undefined || !('unavailable' in fresh)) return fresh
  return { unavailable: `${fresh.unavailable}; and ${resident.unavailable}` }
}

/** Undefined if the namespace has no resident probe. If none of them matches, says why. */
async function residentProbe(
  cluster: Cluster,
  { identity, namespace, node }: Standing,
  labels: Labels,
  signal: AbortSignal,
): Promise<Probe | Unavailable | undefined> {
  const pods = await residentPods(cluster, namespace, signal)
  if (pods.length === 0) return undefined
  const alike = pods.filter((pod) => standsFor(pod, labels) && (node === undefined || pod.spec?.['nodeName'] === node))
  const wanted = node === undefined ? '' : ` on ${node}`
  if (alike.length === 0) return { unavailable: `no resident probe of ${namespace} has its labels${wanted}` }
  const up = alike.find((pod) => stateOf(pod).kind === 'running')
  if (up === undefined) {
    const [first] = alike.map(stateOf)
    return { unavailable: `its resident probe is not up: ${first?.kind === 'running' ? '' : first?.why}` }
  }
  const probe = await residentIn(cluster, up, signal)
  return 'unavailable' in probe ? probe : { ...probe, identity }
}

/** The probe in a resident pod, with its namespace's token. */
export async function residentIn(
  cluster: Cluster,
  live: LiveObject,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  try {
    const token = await tokenIn(cluster, live.metadata.namespace ?? '', signal)
    return probeOf(cluster, live, token) ?? { unavailable: `the resident probe ${live.metadata.name} has ended` }
  } catch (error) {
    if (!isStatus(error, 401, 403)) throw error
    return { unavailable: `the token of its resident probe may not be read: ${error.message}` }
  }
}

/**
 * The live pods of resident probes in a namespace, read once per run; empty if pods cannot be listed. A pod that is
 * replaced by another of the same name during the run is not used again: its remaining checks are `not_run`.
 */
export function residentPods(
  cluster: Pick<Cluster, 'client' | 'residents'>,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly LiveObject[]> {
  return remember(cluster.residents.pods, namespace, async () => {
    const at = { resource: resources.Pod, namespace, labelSelector: residentLabel }
    const found = await listObjects(cluster.client, at, signal).catch((error: unknown) => {
      if (!isStatus(error, 401, 403, 404)) throw error
      return []
    })
    const living = found.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    return living.toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1))
  })
}

function tokenIn({ client, residents }: Cluster, namespace: string, signal: AbortSignal): Promise<string> {
  return remember(residents.tokens, namespace, async () => {
    const secret = await getObject(client, { resource: resources.Secret, namespace, name: residentAccess }, signal)
    const { data = {} } = (secret ?? {}) as { readonly data?: Readonly<Record<string, string>> }
    return Buffer.from(data[tokenKey] ?? '', 'base64').toString()
  })
}

/** One per pod, for all sources that it represents. Batches above its limit wait here. */
function probeOf(cluster: Cluster, live: LiveObject, token: string): Probe | undefined {
  const { uid = '', name } = live.metadata
  const known = cluster.residents.probes.get(uid)
  const pod = podOf(live)
  if (known !== undefined || pod === undefined) return known
  const startedAt = startOf(live)
  const isFresh = cluster.run.now() - startedAt < freshMs
  const probe = probeIn(cluster, {
    identity: { kind: 'pod', namespace: pod.namespace, name },
    pod,
    token,
    image: imageOf(live),
    note: noteWith(`tested by a resident probe for ${live.metadata.annotations?.[sourceAnnotation] ?? name}`, live),
    ...(isFresh ? { bornAt: startedAt } : {}),
  })
  cluster.residents.probes.set(uid, probe)
  return probe
}

/** Whether a pod represents sources with exactly these labels. A pod without the annotation represents none. */
export function standsFor({ metadata }: LiveObject, labels: Labels): boolean {
  try {
    const said: unknown = JSON.parse(metadata.annotations?.[labelsAnnotation] ?? 'null')
    return typeof said === 'object' && said !== null && sameLabels(said as Labels, labels)
  } catch {
    return false
  }
}

/** When its container started, in milliseconds since the epoch. */
export function startOf({ status = {} }: LiveObject): number {
  const [container] = (status['containerStatuses'] ?? []) as readonly (ContainerStatus & {
    readonly state?: { readonly running?: { readonly startedAt?: string } }
  })[]
  return Date.parse(container?.state?.running?.startedAt ?? '') || 0
}
