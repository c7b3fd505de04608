import { residentLabel } from '../../owned.ts'
import type { Client } from '../api/client.ts'
import { deleteObject, type LiveObject, listObjects } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import { waitUntilGone } from '../change/readiness.ts'
import { stateOf } from '../probe/pod-state.ts'
import { sourceAnnotation } from './manifests.ts'
import { startOf } from './probes.ts'

/** A resident probe on the cluster. Without a pod if its workload has not created one. */
export interface ResidentRow {
  readonly namespace: string
  readonly identity: string
  readonly workload: string
  readonly pod?: string
  readonly node?: string
  readonly image: string
  /**
   * `warm`: the probe can run checks immediately. `starting`: it has run for less time than policy propagation may
   * take.
   */
  readonly state: 'warm' | 'starting' | 'down'
  readonly why?: string
}

/** Namespaces to include; all when absent. */
export interface ResidentScope {
  readonly namespaces: readonly string[]
}

const workloads = ['StatefulSet', 'DaemonSet'] as const
const warmMs = 30_000

/** Every resident probe of these namespaces, by namespace and name. `now` in milliseconds since the epoch. */
export async function listResidents(
  client: Client,
  { namespaces, now }: ResidentScope & { readonly now: number },
  signal: AbortSignal,
): Promise<readonly ResidentRow[]> {
  const [sets, daemons, pods] = await Promise.all(
    [...workloads, 'Pod' as const].map((kind) => inAll(client, kind, namespaces, signal)),
  )
  const rows = [...(sets ?? []), ...(daemons ?? [])].flatMap((workload) => {
    const own = (pods ?? []).filter((pod) => keyOf(pod) === keyOf(workload))
    return own.length === 0 ? [rowOf(workload, undefined, now)] : own.map((pod) => rowOf(workload, pod, now))
  })
  return rows.toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
}

/**
 * Deletes the probes of these namespaces with all their objects and waits until they are gone. Returns what was
 * deleted, as `Kind namespace/name`.
 */
export async function removeResidents(
  client: Client,
  { namespaces }: ResidentScope,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const kinds = [...workloads, 'RoleBinding', 'Role', 'Secret'] as const
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const found = await inAll(client, kind, namespaces, signal)
      return found.map(({ metadata: { namespace, name, uid } }) => ({
        resource: resources[kind],
        namespace,
        name,
        uid,
      }))
    }),
  )
  const pods = await inAll(client, 'Pod', namespaces, signal)
  await Promise.all(lists.flat().map(({ uid, ...at }) => deleteObject(client, at, { uid }, signal)))
  await waitUntilGone(
    client,
    pods.map(({ metadata: { namespace, name } }) => ({ resource: resources.Pod, namespace, name })),
    signal,
  )
  const spaces = await removeCanaries(client, namespaces, signal)
  return [...lists.flat(), ...spaces].map(
    ({ resource, namespace, name }) => `${resource.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
  )
}

/** Namespaces of standing canaries are deleted last. A user who cannot list namespaces must name them. */
async function removeCanaries(client: Client, namespaces: readonly string[], signal: AbortSignal) {
  const found = await listObjects(client, { resource: resources.Namespace, labelSelector: residentLabel }, signal)
  const own = found.filter(({ metadata }) => namespaces.length === 0 || namespaces.includes(metadata.name))
  const at = own.map(({ metadata: { name, uid } }) => ({
    resource: resources.Namespace,
    namespace: undefined,
    name,
    uid,
  }))
  await Promise.all(at.map(({ uid, ...each }) => deleteObject(client, each, { uid }, signal)))
  await waitUntilGone(client, at, signal)
  return at
}

type Kind = (typeof workloads)[number] | 'Pod' | 'RoleBinding' | 'Role' | 'Secret'

async function inAll(
  client: Client,
  kind: Kind,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<LiveObject[]> {
  const at = { resource: resources[kind], labelSelector: residentLabel }
  if (namespaces.length === 0) return listObjects(client, at, signal)
  const lists = await Promise.all(namespaces.map((namespace) => listObjects(client, { ...at, namespace }, signal)))
  return lists.flat()
}

function rowOf(workload: LiveObject, pod: LiveObject | undefined, now: number): ResidentRow {
  const { namespace = '', name, annotations = {} } = workload.metadata
  const template = workload.spec?.['template'] as { readonly spec: PodSpec } | undefined
  const spec = (pod?.spec ?? template?.spec) as PodSpec | undefined
  const node = spec?.nodeName
  return {
    namespace,
    workload: name,
    identity: annotations[sourceAnnotation] ?? '?',
    ...(pod === undefined ? {} : { pod: pod.metadata.name }),
    ...(node === undefined ? {} : { node }),
    image: spec?.containers[0]?.image ?? '?',
    ...stateIn(pod, now),
  }
}

interface PodSpec {
  readonly nodeName?: string
  readonly containers: readonly { readonly image: string }[]
}

function stateIn(pod: LiveObject | undefined, now: number): Pick<ResidentRow, 'state' | 'why'> {
  if (pod === undefined) return { state: 'down', why: 'it has no pod' }
  const state = stateOf(pod)
  if (state.kind !== 'running') return { state: 'down', why: state.why }
  return { state: now - startOf(pod) < warmMs ? 'starting' : 'warm' }
}

function keyOf({ metadata }: LiveObject): string {
  return `${metadata.namespace}/${metadata.labels?.[residentLabel]}`
}

function orderOf({ namespace, workload, pod = '' }: ResidentRow): string {
  return [namespace, workload, pod].join('\0')
}
