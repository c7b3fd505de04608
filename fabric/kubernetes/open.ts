import type { Fabric } from '../fabric.ts'
import { type ClusterAccess, connectCluster } from './api/client.ts'
import { shareReads } from './api/shared-reads.ts'
import { type Changes, createChanges } from './change/changes.ts'
import type { Cluster, Outside } from './cluster.ts'
import { clusterFacts } from './cluster-facts.ts'
import { nodeNamespace } from './node-namespace.ts'
import { createNodes } from './nodes.ts'
import { createOwners, remember } from './ownership.ts'
import { createPodWatch } from './probe/pod-watch.ts'
import { takesForward } from './probe/port-forward.ts'
import type { ProbePatch } from './probe/probe-patch.ts'
import { createProbes } from './probes.ts'
import { removeEverything } from './removal.ts'
import { findResidentCanary } from './resident/standing-canary.ts'
import { createPreflight } from './rights/preflight.ts'
import { startRun } from './run-facts.ts'
import { readWorld } from './world/world.ts'

export interface ClusterOptions {
  readonly access: ClusterAccess
  /** The probe's image, which the nodes can pull or already have. */
  readonly image: string
  readonly imagePullSecret?: string
  /** Applied to every pod that Crosscheck creates: tolerations, labels that a webhook requires. */
  readonly patch?: ProbePatch
  /** Keep the sidecars of a service mesh instead of opting out. */
  readonly mesh?: boolean
  /** Namespaces to read if the whole cluster cannot be listed. */
  readonly namespaces?: readonly string[]
  /** Whether a control may add an ephemeral container to a user's pod. An `as:` source always does. */
  readonly ephemeral?: boolean
  /** The namespace of the standing canary, or an existing namespace in which canaries may run. */
  readonly canaryNamespace?: string
  /** Connections in flight per source; 50 when absent. */
  readonly concurrency?: number
  /** New connections per second to a target's node; 500 when absent. */
  readonly perSecond?: number
  readonly outside: Outside
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * How old a change may be to be reported, in milliseconds. A little more than settling needs, because clocks differ.
 */
const recentMs = 150_000

/** Connections per second. Some plugins fail open under a burst, including kind's (docs/verdicts.md#time). */
const usualRate = 500

/** How long the cleanup may take, in milliseconds. After that, the owner objects expire and the cluster cleans up. */
const disposeMs = 90_000

/**
 * Opens the cluster of a kubeconfig context as a fabric. Rejects with `ClusterUnavailable` if there is none, and with
 * `ApiError` if it does not respond. Creates nothing until a probe or a change is requested. Everything it creates is
 * removed on dispose, or two minutes after the runner dies.
 */
export async function openCluster(options: ClusterOptions, signal: AbortSignal): Promise<Fabric> {
  const client = shareReads(await connectCluster(options.access))
  const facts = await clusterFacts(client, signal)
  const residentCanary = await findResidentCanary(client, options.canaryNamespace, signal)
  const run = startRun(options)
  const nodeSpace = new Map<'', Promise<string>>()
  const cluster: Cluster = {
    client,
    run,
    owners: createOwners(client, run),
    pods: createPodWatch(client),
    nodes: createNodes(client),
    controls: new Set(),
    residentCanary,
    residents: { pods: new Map(), tokens: new Map(), probes: new Map() },
    namespaces: new Set(),
    nodeNamespace: (over) => remember(nodeSpace, '', () => nodeNamespace(cluster, changes, over)),
    hostPorts: new Map(),
    tried: new Map(),
    outside: options.outside,
    ephemeral: options.ephemeral ?? false,
  }
  const changes = createChanges(cluster)
  const probes = createProbes(cluster)
  const canaryNamespace = residentCanary?.namespace ?? options.canaryNamespace ?? `crosscheck-canary-${run.id}`
  const permit = createPreflight(cluster, { user: facts.user ?? client.user, canaryNamespace })
  let disposed: Promise<void> | undefined
  return {
    capabilities: { changesByOthers: true, builtFromManifests: false },
    description: `cluster ${client.context} at ${client.server}, Kubernetes ${facts.version}`,
    cluster: facts,
    timing: {
      allowed: { deadlineMs: 4000, attempts: 2 },
      blocked: { deadlineMs: 3500, attempts: 1 },
      canaryMs: 500,
      perSecond: options.perSecond ?? usualRate,
      policies: 'eventually',
    },
    world: (over) => readWorld(client, { namespaces: options.namespaces ?? [], since: options.now() - recentMs }, over),
    probe: probes,
    apply: (change, over) => changes.change(change, over),
    // Runs that share this namespace must take turns, or they would change each other's policies.
    canaryNamespace,
    permit,
    forwards: (to, over) => takesForward(client, to, over),
    overflowed: async () => new Set(),
    admitted: async () => [],
    [Symbol.asyncDispose]: () => {
      disposed ??= dispose(cluster, changes)
      return disposed
    },
  }
}

/**
 * Removes everything that the run created and waits until it is gone. Does not use the caller's signal, because that
 * signal may have ended the run.
 */
async function dispose(cluster: Cluster, changes: Changes): Promise<void> {
  const { client, controls } = cluster
  try {
    // A tunnel that fails to close must not stop the cleanup.
    await Promise.allSettled([...controls].map((control) => control.close()))
    await removeEverything(cluster, changes, AbortSignal.timeout(disposeMs))
  } catch (error) {
    throw new Error(
      'not all that the run made could be removed (what is left in its namespaces the cluster removes within two minutes, the rest: crosscheck clean)',
      { cause: error },
    )
  } finally {
    await client.close()
  }
}
