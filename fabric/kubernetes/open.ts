import type { Fabric } from '../fabric.ts'
import { ownedLabel } from '../owned.ts'
import { createChanges } from './changes.ts'
import { type ClusterAccess, connectCluster } from './client.ts'
import type { Cluster, Outside } from './cluster.ts'
import { clusterFacts } from './cluster-facts.ts'
import { deleteObject, listObjects } from './objects.ts'
import { createOwners } from './owners.ts'
import { createPodWatch } from './pod-watch.ts'
import { createProbes } from './probes.ts'
import { waitUntilGone } from './readiness.ts'
import { resources } from './resources.ts'
import { runAnnotation, startRun } from './run-facts.ts'
import { readWorld } from './world.ts'

export interface ClusterOptions {
  readonly access: ClusterAccess
  /** The probe's image, as the nodes can pull it or already have it. */
  readonly image: string
  readonly imagePullSecret?: string
  /** Namespaces to read where the whole cluster may not be listed. */
  readonly namespaces?: readonly string[]
  /** Whether a control may put an ephemeral container into a pod that is not ours; an `as:` source always does. */
  readonly ephemeral?: boolean
  readonly outside: Outside
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** How long the clean-up may take, in milliseconds: beyond it the owners' expiry does the rest. */
const disposeMs = 90_000

/**
 * The cluster of a kubeconfig's context as a fabric. Rejects with `ClusterUnavailable` where there is none, with `ApiError` where it does not answer.
 * It makes nothing until a probe or a change is asked for; what it made is gone when it is disposed of, or two minutes after the runner died.
 */
export async function openCluster(options: ClusterOptions, signal: AbortSignal): Promise<Fabric> {
  const client = await connectCluster(options.access)
  const facts = await clusterFacts(client, signal)
  const run = startRun(options)
  const cluster: Cluster = {
    ...{ client, run, owners: createOwners(client, run), pods: createPodWatch(client) },
    ...{
      controls: new Set(),
      residents: { pods: new Map(), tokens: new Map(), probes: new Map() },
      namespaces: new Set(),
      outside: options.outside,
      ephemeral: options.ephemeral ?? false,
    },
  }
  const changes = createChanges(cluster)
  const probes = createProbes(cluster)
  let disposed: Promise<void> | undefined
  return {
    where: 'cluster',
    description: `cluster ${client.context} at ${client.server}, Kubernetes ${facts.version}`,
    cluster: facts,
    timing: {
      allowed: { deadlineMs: 4000, attempts: 2 },
      blocked: { deadlineMs: 3500, attempts: 1 },
      canaryMs: 500,
      policies: 'eventually',
    },
    world: (over) => readWorld(client, { namespaces: options.namespaces ?? [] }, over),
    probe: probes,
    apply: (change, over) => changes.change(change, over),
    overflowed: async () => new Set(),
    admitted: async () => [],
    [Symbol.asyncDispose]: () => {
      disposed ??= dispose(cluster, changes)
      return disposed
    },
  }
}

/** Removes what the run made, pods first, and waits until it is gone. The caller's signal may be what ended the run: it does not count here. */
async function dispose(cluster: Cluster, changes: ReturnType<typeof createChanges>): Promise<void> {
  const { client, run, owners, controls } = cluster
  const signal = AbortSignal.timeout(disposeMs)
  try {
    await Promise.all([...controls].map((control) => control.close()))
    const labelSelector = ownedLabel
    const spaces = owners.namespaces().filter((namespace) => !cluster.namespaces.has(namespace))
    const pods = await Promise.all(
      spaces.map((namespace) => listObjects(client, { resource: resources.Pod, namespace, labelSelector }, signal)),
    )
    const own = pods.flat().filter(({ metadata }) => metadata.annotations?.[runAnnotation] === run.id)
    const addresses = own.map(({ metadata: { namespace, name } }) => ({ resource: resources.Pod, namespace, name }))
    await Promise.all([
      ...addresses.map((at) => deleteObject(client, at, { gracePeriodSeconds: 1 }, signal)),
      owners.remove(signal),
      changes.remove(signal),
    ])
    await waitUntilGone(client, [...addresses, ...owners.addresses()], signal)
  } finally {
    await client.close()
  }
}
