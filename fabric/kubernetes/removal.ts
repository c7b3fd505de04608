import { setTimeout as delay } from 'node:timers/promises'
import { ownedLabel } from '../owned.ts'
import { type Address, deleteObject, listObjects } from './api/objects.ts'
import { resources } from './api/resources.ts'
import type { Changes } from './change/changes.ts'
import { waitUntilGone } from './change/readiness.ts'
import type { Cluster } from './cluster.ts'
import { runAnnotation } from './run-facts.ts'

/** How often to list the pods of a terminating namespace, in milliseconds. */
const periodMs = 100

/**
 * Deletes everything that the run created and waits until it is gone. Pods are deleted without a grace period, because
 * a probe has no state to save. Empty namespaces are left to the cluster, because its controller waits five seconds
 * before it processes one (kube-controller-manager, namespace controller).
 */
export async function removeEverything(cluster: Cluster, changes: Changes, signal: AbortSignal): Promise<void> {
  const { client, owners } = cluster
  const made = changes.made()
  // First, because no user or controller can create objects in a terminating namespace.
  const ours = await changes.remove(signal)
  const guest = owners.namespaces().filter((namespace) => !ours.includes(namespace))
  const [objects, jobs] = await Promise.all([
    Promise.all(made.map(async (at) => ((await deleteObject(client, at, {}, signal)) ? [] : [at]))),
    owners.remove(signal),
    ...guest.map((namespace) => removePods(cluster, { namespace, all: false }, signal)),
    ...ours.map((namespace) => removePods(cluster, { namespace, all: true }, signal)),
  ])
  await waitUntilGone(client, [...objects.flat(), ...jobs], signal)
}

/** Deletes the run's pods, or all pods if the namespace is the run's, until none are left. */
async function removePods(
  { client, run }: Cluster,
  { namespace, all }: { readonly namespace: string; readonly all: boolean },
  signal: AbortSignal,
): Promise<void> {
  const at = { resource: resources.Pod, namespace, ...(all ? {} : { labelSelector: ownedLabel }) }
  for (;;) {
    const found = await listObjects(client, at, signal)
    const own = found.filter(({ metadata }) => all || metadata.annotations?.[runAnnotation] === run.id)
    if (own.length === 0) return
    const addresses = own.map(({ metadata }): Address => ({ resource: resources.Pod, namespace, name: metadata.name }))
    await Promise.all(addresses.map((each) => deleteObject(client, each, { gracePeriodSeconds: 0 }, signal)))
    if (all) await delay(periodMs, undefined, { signal })
  }
}
