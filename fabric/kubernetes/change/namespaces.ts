import { setTimeout as delay } from 'node:timers/promises'
import type { Manifest } from '../../fabric.ts'
import type { ManifestObject } from '../../manifests/object.ts'
import { ownedLabel } from '../../owned.ts'
import { applyObject, deleteObject, getObject, type LiveObject } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import type { Cluster } from '../cluster.ts'
import { marks, ownerName } from '../ownership.ts'
import { expiresAnnotation, runAnnotation } from '../run-facts.ts'
import { RefusedChange } from './refused-change.ts'
import { rehearsedValue } from './rehearse.ts'

/** The namespaces that a run created. An existing namespace is used only if an earlier run left it behind. */
export interface Namespaces {
  make(names: readonly string[], given: readonly ManifestObject[], signal: AbortSignal): Promise<void>
  /** Throws for objects outside these namespaces. */
  refuseForeign(objects: readonly ManifestObject[], change: 'apply' | 'delete' | 'label'): void
  remove(name: string, signal: AbortSignal): Promise<void>
  /** Requests the deletion of all namespaces without waiting. Returns every namespace that the run created. */
  removeAll(signal: AbortSignal): Promise<readonly string[]>
}

/** How often to check a terminating namespace, and for how long at most, in milliseconds. */
const periodMs = 200
const goneMs = 60_000

export function createNamespaces(cluster: Cluster): Namespaces {
  const { client, run, namespaces: ours } = cluster
  const going = new Set<string>()
  const at = (name: string) => ({ resource: resources.Namespace, name })

  const free = async (name: string, signal: AbortSignal) => {
    for (const end = run.now() + goneMs; ; ) {
      const live = await getObject(client, at(name), signal)
      const problem = live === undefined ? undefined : await refusalOf(live, cluster, signal)
      if (problem !== undefined) throw new RefusedChange(problem)
      if (live?.metadata.deletionTimestamp === undefined) return
      if (run.now() > end) throw new Error(`the namespace ${name} is still being deleted after ${goneMs / 1000} s`)
      await delay(periodMs, undefined, { signal })
    }
  }
  const make = async (name: string, given: ManifestObject | undefined, signal: AbortSignal) => {
    if (ours.has(name) && given === undefined) return
    const { annotations } = marks(run, 'namespace')
    const wanted = (given?.value['metadata'] ?? {}) as { labels?: Manifest; annotations?: Manifest }
    const metadata = {
      name,
      labels: { [ownedLabel]: rehearsedValue, ...wanted.labels },
      annotations: { ...wanted.annotations, ...annotations },
    }
    await applyObject(client, at(name), { apiVersion: 'v1', kind: 'Namespace', metadata }, signal)
    ours.add(name)
  }
  const remove = async (name: string, signal: AbortSignal) => {
    ours.delete(name)
    going.add(name)
    await deleteObject(client, at(name), {}, signal)
  }

  return {
    async make(names, given, signal) {
      await Promise.all(names.filter((name) => !ours.has(name)).map((name) => free(name, signal)))
      await Promise.all(
        names.map((name) =>
          make(
            name,
            given.find((each) => each.name === name),
            signal,
          ),
        ),
      )
    },
    refuseForeign(objects, change) {
      if (change === 'apply') return
      const foreign = objects.filter(({ kind, namespace, name }) => !ours.has(kind === 'Namespace' ? name : namespace))
      const [first] = foreign
      if (first === undefined) return
      const where = first.kind === 'Namespace' ? first.name : first.namespace
      throw new RefusedChange(
        `${change} ${first.kind} ${first.name}: the namespace ${where || '(none)'} was not made by this run, and is not touched`,
      )
    },
    remove,
    async removeAll(signal) {
      await Promise.all([...ours].map((name) => remove(name, signal)))
      return [...going]
    },
  }
}

/**
 * Why an existing namespace cannot be used: it belongs to a user, or to another run whose owner object is still
 * renewed.
 */
async function refusalOf(
  { metadata }: LiveObject,
  { client, run }: Cluster,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name, labels, annotations = {}, deletionTimestamp } = metadata
  if (labels?.[ownedLabel] === undefined)
    return `the namespace ${name} exists and was not made by Crosscheck: nothing is changed in it`
  const other = annotations[runAnnotation]
  if (deletionTimestamp !== undefined || other === undefined || other === run.id) return undefined
  const young = Date.parse(annotations[expiresAnnotation] ?? '') > run.now()
  const owner = { resource: resources.Job, namespace: name, name: ownerName(other) }
  if (!young && (await getObject(client, owner, signal)) === undefined) return undefined
  return `another run (${other}) uses the namespace ${name}: wait for its end, or remove what it left by: crosscheck clean`
}
