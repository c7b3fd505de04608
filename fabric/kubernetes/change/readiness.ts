import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../api/client.ts'
import { type Address, getObject, type LiveObject, listObjects, titleOf } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import { isReady, stateOf } from '../probe/pod-state.ts'
import { refusedPod } from './refused-pods.ts'

/** How long workloads may take to become ready and objects to be deleted, in milliseconds; and the polling interval. */
const readyMs = 180_000
const goneMs = 60_000
const periodMs = 200

/** Temporary error in a namespace that was just created. */
const isEarly = /serviceaccount .*not found/

const notReadyAnnotation = 'lab.crosscheck.dev/not-ready'

/**
 * Waits until all pods of these workloads are ready. Rejects with the reason as soon as one cannot become ready, and on
 * timeout.
 */
export async function waitUntilReady(
  client: Client,
  workloads: readonly Address[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    workloads.map(async (at) => {
      for (const end = performance.now() + readyMs; ; await delay(periodMs, undefined, { signal })) {
        const live = await getObject(client, at, signal)
        if (live === undefined) throw new Error(`${titleOf(at)} was deleted while it was waited for`)
        const why = at.resource.kind === 'Pod' ? podWaits(live) : await workloadWaits(client, at, live, signal)
        if (why === undefined) return
        if (why.stuck || performance.now() > end) throw new Error(`${titleOf(at)} is not ready: ${why.sentence}`)
      }
    }),
  )
}

/** Waits until these objects are deleted. On timeout, rejects with the name of the first that remains. */
export async function waitUntilGone(client: Client, objects: readonly Address[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    objects.map(async (at) => {
      for (const end = performance.now() + goneMs; ; await delay(periodMs, undefined, { signal })) {
        if ((await getObject(client, at, signal)) === undefined) return
        if (performance.now() > end) throw new Error(`${titleOf(at)} is not gone after ${goneMs / 1000} s`)
      }
    }),
  )
}

interface Wait {
  readonly sentence: string
  readonly stuck: boolean
}

interface WorkloadStatus {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly desiredNumberScheduled?: number
  readonly updatedNumberScheduled?: number
  readonly numberReady?: number
  readonly active?: number
  readonly ready?: number
}

/**
 * What a workload still waits for, according to its status. Pods that are not meant to be ready count without it.
 */
async function workloadWaits(
  client: Client,
  at: Address,
  live: LiveObject,
  signal: AbortSignal,
): Promise<Wait | undefined> {
  const status = (live.status ?? {}) as WorkloadStatus
  const spec = (live.spec ?? {}) as {
    replicas?: number
    parallelism?: number
    template?: { metadata?: { annotations?: object } }
    suspend?: boolean
  }
  if (at.resource.kind === 'CronJob' || spec.suspend === true) return undefined
  const settled = (status.observedGeneration ?? live.metadata.generation) === live.metadata.generation
  const never = Object.hasOwn(spec.template?.metadata?.annotations ?? {}, notReadyAnnotation)
  const [wanted, ready] = figures(at, spec, status, never)
  if (settled && wanted !== undefined && ready >= wanted) return undefined
  const pods = await listObjects(client, { resource: resources.Pod, namespace: at.namespace }, signal)
  const own = pods.filter(({ metadata }) => metadata.name.startsWith(`${at.name}-`))
  const refused = own.length === 0 ? await refusedPod(client, at, live, signal) : undefined
  if (refused !== undefined) return { sentence: `no pod of it is admitted: ${refused}`, stuck: !isEarly.test(refused) }
  const states = own.map(stateOf)
  const worst = states.find(({ kind }) => kind === 'stuck') ?? states.find(({ kind }) => kind === 'waiting')
  const detail = worst !== undefined && worst.kind !== 'running' ? `; a pod is not up: ${worst.why}` : ''
  return { sentence: `${ready} of ${wanted ?? '?'} pods are ready${detail}`, stuck: worst?.kind === 'stuck' }
}

function figures(
  { resource }: Address,
  spec: { readonly replicas?: number; readonly parallelism?: number },
  status: WorkloadStatus,
  never: boolean,
): [wanted: number | undefined, ready: number] {
  if (resource.kind === 'DaemonSet') {
    const { desiredNumberScheduled, updatedNumberScheduled = 0, numberReady = 0 } = status
    return [desiredNumberScheduled, never ? updatedNumberScheduled : Math.min(updatedNumberScheduled, numberReady)]
  }
  if (resource.kind === 'Job') return [spec.parallelism ?? 1, (never ? status.active : status.ready) ?? 0]
  const { replicas = 0, updatedReplicas = replicas, readyReplicas = 0 } = status
  return [spec.replicas ?? 1, never ? updatedReplicas : Math.min(updatedReplicas, readyReplicas)]
}

function podWaits(live: LiveObject): Wait | undefined {
  const state = stateOf(live)
  const never = Object.hasOwn(live.metadata.annotations ?? {}, notReadyAnnotation)
  if (state.kind === 'running' && (never || isReady(live))) return undefined
  return {
    sentence: state.kind === 'running' ? 'its listeners are not open yet' : state.why,
    stuck: state.kind === 'stuck',
  }
}
