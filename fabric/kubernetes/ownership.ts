import type { Manifest } from '../fabric.ts'
import { ownedLabel } from '../owned.ts'
import type { Client } from './api/client.ts'
import { type Address, applyObject, deleteObject } from './api/objects.ts'
import { resources } from './api/resources.ts'
import { expiresAnnotation, type RunFacts, roleAnnotation, runAnnotation } from './run-facts.ts'

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
}

/** The owner objects of everything that a run creates. Deleting an owner deletes its dependents. */
export interface Owners {
  /**
   * The owner object in a namespace, created on the first call: a Job without pods, which the cluster deletes together
   * with all dependents.
   */
  ownerIn(namespace: string, signal: AbortSignal): Promise<OwnerReference>
  /** A controller reference of our own, so that no other controller adopts a clone. */
  controllerIn(namespace: string, signal: AbortSignal): Promise<OwnerReference>
  /** Namespaces with an owner object of this run. */
  namespaces(): readonly string[]
  /** Stops the renewal and deletes the owner objects. Returns those that still exist. */
  remove(signal: AbortSignal): Promise<readonly Address[]>
}

/** How long objects outlive a runner that was killed, in seconds, and how often a live runner renews them. */
export const lifeSeconds = 120
export const renewalMs = 30_000

/**
 * Owner objects of one run. Each finishes immediately and is deleted `lifeSeconds` later, unless renewed (KEP-592,
 * `ttlSecondsAfterFinished`).
 */
export function createOwners(client: Client, run: RunFacts): Owners {
  const owners = new Map<string, Promise<OwnerReference>>()
  const controllers = new Map<string, Promise<OwnerReference>>()
  const born = new Map<string, number>()
  const name = ownerName(run.id)
  const ended = new AbortController()

  const applyJob = async (namespace: string, signal: AbortSignal): Promise<OwnerReference> => {
    const begun = born.get(namespace) ?? run.now()
    born.set(namespace, begun)
    const ttl = Math.ceil((run.now() - begun) / 1000) + lifeSeconds
    const at = { resource: resources.Job, namespace, name }
    const { metadata } = await applyObject(client, at, ownerJob({ namespace, name, ttl }, run), signal)
    return { apiVersion: 'batch/v1', kind: 'Job', name, uid: metadata.uid ?? '' }
  }
  /**
   * A failed renewal is retried with the next one. An owner object that is gone was deleted by a user and is not
   * recreated.
   */
  const renew = () => {
    for (const namespace of owners.keys()) applyJob(namespace, ended.signal).catch(() => undefined)
  }
  const timer = setInterval(renew, renewalMs)
  timer.unref()

  const applyController = async (namespace: string, signal: AbortSignal): Promise<OwnerReference> => {
    const owner = await remember(owners, namespace, () => applyJob(namespace, signal))
    const metadata = { ...marks(run, 'controller'), name, namespace, ownerReferences: [owner] }
    const object: Manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata }
    const made = await applyObject(client, { resource: resources.ConfigMap, namespace, name }, object, signal)
    return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: made.metadata.uid ?? '', controller: true }
  }

  return {
    ownerIn: (namespace, signal) => remember(owners, namespace, () => applyJob(namespace, signal)),
    controllerIn: (namespace, signal) => remember(controllers, namespace, () => applyController(namespace, signal)),
    namespaces: () => [...owners.keys()],
    async remove(signal) {
      clearInterval(timer)
      ended.abort()
      const jobs = [...owners.keys()].map((namespace) => ({ resource: resources.Job, namespace, name }))
      const gone = await Promise.all(jobs.map((job) => deleteObject(client, job, {}, signal)))
      return jobs.filter((_, index) => !gone[index])
    },
  }
}

/** The name of a run's owner object, the same in every namespace. */
export function ownerName(runId: string): string {
  return `crosscheck-${runId}`
}

/**
 * The label and annotations of everything that a run creates. These objects live as long as the run renews their owner
 * object.
 */
export function marks(run: RunFacts, role: string) {
  const expires = new Date(run.now() + lifeSeconds * 1000).toISOString()
  return {
    labels: { [ownedLabel]: 'true' },
    annotations: { [runAnnotation]: run.id, [roleAnnotation]: role, [expiresAnnotation]: expires },
  }
}

function ownerJob({ namespace, name, ttl }: { namespace: string; name: string; ttl: number }, run: RunFacts): Manifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...marks(run, 'owner'), namespace, name },
    spec: {
      completions: 0,
      parallelism: 0,
      ttlSecondsAfterFinished: ttl,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'none', image: run.image }] } },
    },
  }
}

/** One promise per key. A rejected promise is removed, so that the next call tries again. */
export function remember<K, T>(known: Map<K, Promise<T>>, key: K, make: () => Promise<T>): Promise<T> {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  made.catch(() => known.delete(key))
  return made
}
