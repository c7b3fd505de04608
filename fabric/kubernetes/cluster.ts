import type { Vantage } from '../../checks/vantage.ts'
import type { Probe } from '../fabric.ts'
import type { Client } from './api/client.ts'
import type { LiveObject } from './api/objects.ts'
import type { Nodes } from './nodes.ts'
import type { Owners } from './ownership.ts'
import type { Control } from './probe/control-batch.ts'
import type { PodWatch } from './probe/pod-watch.ts'

import type { RunFacts } from './run-facts.ts'

/** State that the parts of an open cluster share. */
export interface Cluster {
  readonly client: Client
  readonly run: RunFacts
  readonly owners: Owners
  readonly pods: PodWatch
  readonly nodes: Nodes
  /** Every opened control connection; closed with the fabric. */
  readonly controls: Set<Control>
  readonly residents: Residents
  /** The standing canary, if there is one. */
  readonly residentCanary: ResidentCanary | undefined
  /** Namespaces that this run created. It changes objects only in these. */
  readonly namespaces: Set<string>
  /** The namespace for probes on node networks. The first call creates it, unless the run uses an existing one. */
  readonly nodeNamespace: (signal: AbortSignal) => Promise<string>
  /** Allocated control ports on node networks, by node. */
  readonly hostPorts: Map<string, number>
  /** Namespaces in which a dry run of a probe pod was started. */
  readonly tried: Map<string, Promise<unknown>>
  readonly outside: Outside
  /** Whether a control may add an ephemeral container to a user's pod. */
  readonly ephemeral: boolean
}

/** What a run knows of resident probes: pods and token by namespace, probe by pod. */
export interface Residents {
  readonly pods: Map<string, Promise<readonly LiveObject[]>>
  readonly tokens: Map<string, Promise<string>>
  readonly probes: Map<string, Probe>
}

/** The runner's machine as a source. */
export interface Outside {
  readonly vantage: Vantage
  readonly addresses: readonly string[]
  /** The runner is itself a pod, so it is not outside the cluster. */
  readonly inCluster: boolean
}

/** A standing canary. Its pods already exist and are mapped to the names that the run requests. */
export interface ResidentCanary {
  readonly namespace: string
  /** True if its pods exist; false if only the namespace exists and each run creates the pods. */
  readonly standing: boolean
  /** Pods by the name that the run requested. */
  readonly taken: Map<string, LiveObject>
  /** Resolves when this run may change the policies. Two runs must not change them concurrently. */
  turn?: Promise<void>
}
