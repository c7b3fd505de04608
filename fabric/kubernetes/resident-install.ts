import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Manifest } from '../fabric.ts'
import { residentLabel } from '../owned.ts'
import { isStatus } from './api-error.ts'
import type { Client } from './client.ts'
import { applyObject, getObject, listObjects } from './objects.ts'
import { stateOf } from './pod-state.ts'
import { residentAccess, residentSecret } from './resident-manifests.ts'
import type { PlannedResident, ResidentPlan } from './resident-plan.ts'
import { pathOf, type Resource, resourceOfKind, resources } from './resources.ts'

/** How long a probe may take to come up, in milliseconds: an image that is pulled first included; and how often it is looked for. */
const startMs = 120_000
const periodMs = 300

/** A probe that did not come up, with the reason. */
export interface Late {
  readonly name: string
  readonly why: string
}

/** Asks the API server whether it would take everything, then applies it and waits until each probe runs. Rejects with its refusal, verbatim. */
export async function installResidents(
  client: Client,
  plan: ResidentPlan,
  signal: AbortSignal,
): Promise<readonly Late[]> {
  const objects = [...plan.residents.map(({ workload }) => workload), ...plan.rights]
  await Promise.all([
    ...objects.map((object) => tryApply(client, object, signal)),
    ...plan.residents.map((resident) => tryPod(client, resident, signal)),
  ])
  const namespaces = [...new Set(plan.residents.map(({ source }) => source.namespace))]
  await Promise.all(namespaces.map((namespace) => keepToken(client, namespace, signal)))
  const applied = await Promise.all(objects.map((object) => applyObject(client, addressOf(object), object, signal)))
  const late = await Promise.all(
    plan.residents.map((resident, index) =>
      comesUp(client, resident, { generation: applied[index]?.metadata.generation ?? 0, signal }),
    ),
  )
  return late.flatMap((each) => each ?? [])
}

function addressOf({ kind, metadata }: Manifest) {
  const { namespace, name } = metadata as { readonly namespace: string; readonly name: string }
  return { resource: resourceOfKind(String(kind)) as Resource, namespace, name }
}

async function tryApply(client: Client, object: Manifest, signal: AbortSignal): Promise<void> {
  const { resource, namespace, name } = addressOf(object)
  const path = `${pathOf(resource, namespace, name)}?fieldManager=crosscheck&force=true&dryRun=All`
  await client.send({ method: 'PATCH', path, body: object, contentType: 'application/apply-patch+yaml' }, signal)
}

/** What would be refused is the pod, which a controller makes: admission and quotas are asked for it here. Who may not make pods is not told. */
async function tryPod(client: Client, { workload, name, source }: PlannedResident, signal: AbortSignal): Promise<void> {
  const { template } = workload['spec'] as {
    readonly template: { readonly metadata: Manifest; readonly spec: Manifest }
  }
  const there = { resource: resources.Pod, namespace: source.namespace, name: `${name}-0` }
  if ((await getObject(client, there, signal)) !== undefined) return
  const body = { apiVersion: 'v1', kind: 'Pod', ...template, metadata: { ...template.metadata, name: there.name } }
  const path = `${pathOf(resources.Pod, source.namespace)}?dryRun=All`
  await client.send({ method: 'POST', path, body }, signal).catch((error: unknown) => {
    if (!(isStatus(error, 403) && error.message.includes('cannot create resource'))) throw error
  })
}

/** A token that is there stays: others may hold it. */
async function keepToken(client: Client, namespace: string, signal: AbortSignal): Promise<void> {
  const there = await getObject(client, { resource: resources.Secret, namespace, name: residentAccess }, signal)
  if (there !== undefined) return
  const body = residentSecret(namespace, randomBytes(32).toString('base64url'))
  await client
    .send({ method: 'POST', path: pathOf(resources.Secret, namespace), body }, signal)
    .catch((error: unknown) => {
      if (!isStatus(error, 409)) throw error
    })
}

interface Applied {
  readonly generation: number
  readonly signal: AbortSignal
}

/** Undefined as soon as all its pods run as the workload is now; else what keeps them from it. */
async function comesUp(
  client: Client,
  { source: { namespace }, name, workload }: PlannedResident,
  { generation, signal }: Applied,
): Promise<Late | undefined> {
  const at = addressOf(workload)
  let why = 'no pod was made yet'
  for (const end = performance.now() + startMs; performance.now() < end; await delay(periodMs, undefined, { signal })) {
    const live = await getObject(client, at, signal)
    const { observedGeneration = 0, ...figures } = (live?.status ?? {}) as Figures
    if (live === undefined || observedGeneration < generation) continue
    const wanted = figures.desiredNumberScheduled ?? 1
    const updated = figures.updatedNumberScheduled ?? figures.updatedReplicas ?? 0
    const labelSelector = `${residentLabel}=${name}`
    const pods = await listObjects(client, { resource: resources.Pod, namespace, labelSelector }, signal)
    const states = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(stateOf)
    if (updated >= wanted && states.length >= wanted && states.every(({ kind }) => kind === 'running')) return undefined
    const bad = states.find(({ kind }) => kind === 'stuck') ?? states.find(({ kind }) => kind === 'waiting')
    if (bad !== undefined && bad.kind !== 'running') why = bad.why
    // A pod of the state before is about to be replaced, whatever is wrong with it.
    if (bad?.kind === 'stuck' && updated >= wanted) return { name: `${namespace}/${name}`, why }
  }
  return { name: `${namespace}/${name}`, why: `it is not up after ${startMs / 1000} s: ${why}` }
}

interface Figures {
  readonly observedGeneration?: number
  readonly updatedReplicas?: number
  readonly desiredNumberScheduled?: number
  readonly updatedNumberScheduled?: number
}
