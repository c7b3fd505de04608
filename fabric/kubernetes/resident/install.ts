import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Manifest } from '../../fabric.ts'
import { residentLabel } from '../../owned.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { applyObject, getObject, listObjects } from '../api/objects.ts'
import { pathOf, type Resource, resourceOfKind, resources } from '../api/resources.ts'
import { stateOf } from '../probe/pod-state.ts'
import { residentAccess, residentSecret } from './manifests.ts'
import type { ResidentPlan } from './plan.ts'

/** How long a probe may take to start, including the image pull, and the polling interval, in milliseconds. */
const startMs = 120_000
const periodMs = 300

/** A probe that did not start, with the reason. */
export interface Late {
  readonly name: string
  readonly why: string
}

/**
 * Tries everything with a dry run, then applies it and waits until each probe runs. Rejects with the API server's
 * error, verbatim.
 */
export async function installResidents(
  client: Client,
  plan: ResidentPlan,
  signal: AbortSignal,
): Promise<readonly Late[]> {
  const [spaces, daemons] = partition(plan.canary, ({ kind }) => kind === 'Namespace')
  const workloads = [...plan.residents.map(({ workload }) => workload), ...daemons]
  await Promise.all(spaces.map((space) => makeNamespace(client, space, signal)))
  await Promise.all([
    ...[...workloads, ...plan.rights].map((object) => tryApply(client, object, signal)),
    ...workloads.map((workload) => tryPod(client, workload, signal)),
  ])
  const namespaces = [...new Set(workloads.map((workload) => addressOf(workload).namespace))]
  await Promise.all(namespaces.map((namespace) => keepToken(client, namespace, signal)))
  await Promise.all(plan.rights.map((right) => applyObject(client, addressOf(right), right, signal)))
  const late = await Promise.all(
    workloads.map(async (workload) => {
      const { metadata } = await applyObject(client, addressOf(workload), workload, signal)
      return comesUp(client, workload, { generation: metadata.generation ?? 0, signal })
    }),
  )
  return late.flatMap((each) => each ?? [])
}

function partition<T>(list: readonly T[], first: (item: T) => boolean): [T[], T[]] {
  return [list.filter(first), list.filter((item) => !first(item))]
}

function addressOf({ kind, metadata }: Manifest) {
  const { namespace = '', name } = metadata as { readonly namespace?: string; readonly name: string }
  return { resource: resourceOfKind(String(kind)) as Resource, namespace, name }
}

/** The canary's namespace. An existing namespace of that name without our label stays untouched. */
async function makeNamespace(client: Client, object: Manifest, signal: AbortSignal): Promise<void> {
  const { name } = object['metadata'] as { readonly name: string }
  const at = { resource: resources.Namespace, name }
  const there = await getObject(client, at, signal)
  if (there !== undefined && there.metadata.labels?.[residentLabel] === undefined)
    throw new Error(
      `the namespace ${name} exists and holds no standing canary: choose another by --canary-namespace, or install with --no-canary`,
    )
  await applyObject(client, at, object, signal)
}

async function tryApply(client: Client, object: Manifest, signal: AbortSignal): Promise<void> {
  const { resource, namespace, name } = addressOf(object)
  const path = `${pathOf(resource, namespace, name)}?fieldManager=crosscheck&force=true&dryRun=All`
  await client.send({ method: 'PATCH', path, body: object, contentType: 'application/apply-patch+yaml' }, signal)
}

/**
 * A controller creates the pod, so its admission and quotas need a separate dry run. Skipped for users who may not
 * create pods.
 */
async function tryPod(client: Client, workload: Manifest, signal: AbortSignal): Promise<void> {
  const { namespace, name } = addressOf(workload)
  const { template } = workload['spec'] as { readonly template: { readonly metadata: Manifest } }
  const there = { resource: resources.Pod, namespace, name: `${name}-0` }
  if ((await getObject(client, there, signal)) !== undefined) return
  const body = { apiVersion: 'v1', kind: 'Pod', ...template, metadata: { ...template.metadata, name: there.name } }
  const path = `${pathOf(resources.Pod, namespace)}?dryRun=All`
  await client.send({ method: 'POST', path, body }, signal).catch((error: unknown) => {
    if (!(isStatus(error, 403) && error.message.includes('cannot create resource'))) throw error
  })
}

/** Keeps an existing token, because others may use it. */
async function keepToken(client: Client, namespace: string, signal: AbortSignal): Promise<void> {
  const there = await getObject(client, { resource: resources.Secret, namespace, name: residentAccess }, signal)
  if (there !== undefined) return
  const body = residentSecret(namespace, randomBytes(32).toString('base64url'))
  const made = client.send({ method: 'POST', path: pathOf(resources.Secret, namespace), body }, signal)
  await made.catch((error: unknown) => {
    if (!isStatus(error, 409)) throw error
  })
}

interface Applied {
  readonly generation: number
  readonly signal: AbortSignal
}

/** Undefined as soon as all pods run with the current workload spec, otherwise the reason. */
async function comesUp(client: Client, workload: Manifest, { generation, signal }: Applied): Promise<Late | undefined> {
  const at = addressOf(workload)
  const title = `${at.namespace}/${at.name}`
  let why = 'no pod was made yet'
  for (const end = performance.now() + startMs; performance.now() < end; await delay(periodMs, undefined, { signal })) {
    const live = await getObject(client, at, signal)
    const { observedGeneration = 0, ...figures } = (live?.status ?? {}) as Figures
    if (live === undefined || observedGeneration < generation) continue
    const wanted = figures.desiredNumberScheduled ?? 1
    const updated = figures.updatedNumberScheduled ?? figures.updatedReplicas ?? 0
    const own = { namespace: at.namespace, labelSelector: `${residentLabel}=${at.name}` }
    const pods = await listObjects(client, { resource: resources.Pod, ...own }, signal)
    const states = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(stateOf)
    if (updated >= wanted && states.length >= wanted && states.every(({ kind }) => kind === 'running')) return undefined
    const bad = states.find(({ kind }) => kind === 'stuck') ?? states.find(({ kind }) => kind === 'waiting')
    if (bad !== undefined && bad.kind !== 'running') why = bad.why
    // A pod with the previous spec is about to be replaced, whatever its state.
    if (bad?.kind === 'stuck' && updated >= wanted) return { name: title, why }
  }
  return { name: title, why: `it is not up after ${startMs / 1000} s: ${why}` }
}

interface Figures {
  readonly observedGeneration?: number
  readonly updatedReplicas?: number
  readonly desiredNumberScheduled?: number
  readonly updatedNumberScheduled?: number
}
