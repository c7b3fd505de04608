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
  /** The probe's image, as the nodes can pull it or already have it. */
  readonly image: string
  readonly imagePullSecret?: string
  /** What every pod that is made gets besides: tolerations, labels that a webhook demands. */
  readonly patch?: ProbePatch
  /** Sidecars of a service mesh are not declined. */
  readonly mesh?: boolean
  /** Namespaces to read where the whole cluster may not be listed. */
  readonly namespaces?: readonly string[]
  /** Whether a control may put an ephemeral container into a pod that is not ours; an `as:` source always does. */
  readonly ephemeral?: boolean
  /** Where the standing canary is, or a namespace that is lent to canaries. */
  readonly canaryNamespace?: string
  /** Connections that a source has in flight at once; 50 when absent. */
  readonly concurrency?: number
  /** New connections that a target's node sees in a second; 500 when absent. */
  readonly perSecond?: number
  readonly outside: Outside
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** How far back a change is told of, in milliseconds: a little more than settling asks for, because clocks differ. */
const recentMs = 150_000

/** Some plugins fail open under a burst, kind's among them (docs/verdicts.md#time). */
const usualRate = 500

/** How long the clean-up may take, in milliseconds: beyond it the owners' expiry does the rest. */
const disposeMs = 90_000

/**
 * The cluster of a kubeconfig's context as a fabric. Rejects with `ClusterUnavailable` where there is none, with `ApiError` where it does not answer.
 * It makes nothing until a probe or a change is asked for; what it made is gone when it is disposed of, or two minutes after the runner died.
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
    where: 'cluster',
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
    // Runs that share one without a turn would move each other's policies.
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

/** Removes what the run made and waits until it is gone. The caller's signal may be what ended the run: it does not count here. */
async function dispose(cluster: Cluster, changes: Changes): Promise<void> {
  const { client, controls } = cluster
  try {
    // A tunnel that does not close is no reason to leave anything.
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
