import type { Vantage } from '../../checks/vantage.ts'
import type { Probe } from '../fabric.ts'
import type { Client } from './api/client.ts'
import type { LiveObject } from './api/objects.ts'
import type { Nodes } from './nodes.ts'
import type { Owners } from './ownership.ts'
import type { Control } from './probe/control-batch.ts'
import type { PodWatch } from './probe/pod-watch.ts'

import type { RunFacts } from './run-facts.ts'

/** What the parts of an open cluster share. */
export interface Cluster {
  readonly client: Client
  readonly run: RunFacts
  readonly owners: Owners
  readonly pods: PodWatch
  readonly nodes: Nodes
  /** Every control that was opened, to be closed with the fabric. */
  readonly controls: Set<Control>
  readonly residents: Residents
  /** The standing canary, where there is one. */
  readonly residentCanary: ResidentCanary | undefined
  /** Namespaces that this run made: the only ones in which it changes objects. */
  readonly namespaces: Set<string>
  /** Where probes on the network of nodes are: made at the first call, unless one was lent to the run. */
  readonly nodeNamespace: (signal: AbortSignal) => Promise<string>
  /** Control ports given out on the network of nodes, by node. */
  readonly hostPorts: Map<string, number>
  /** Namespaces in which the API server was asked whether it would take a pod of this run. */
  readonly tried: Map<string, Promise<unknown>>
  readonly outside: Outside
  /** Whether a control may put an ephemeral container into a pod that is not ours. */
  readonly ephemeral: boolean
}

/** What is known of resident probes in one run: by namespace their pods and their token, by pod the probe in it. */
export interface Residents {
  readonly pods: Map<string, Promise<readonly LiveObject[]>>
  readonly tokens: Map<string, Promise<string>>
  readonly probes: Map<string, Probe>
}

/** The runner's own machine as a place to ask from. */
export interface Outside {
  readonly vantage: Vantage
  readonly addresses: readonly string[]
  /** The runner is a pod itself: it is not outside. */
  readonly inCluster: boolean
}

/** A standing canary: what a run asks for is there, and gets the name that the run gives it. */
export interface ResidentCanary {
  readonly namespace: string
  /** Its pods stand there; else the namespace is only lent, and each run makes them. */
  readonly standing: boolean
  /** By the name that the run asked for. */
  readonly taken: Map<string, LiveObject>
  /** This run's turn: two runs that move the same policies would disturb each other. */
  turn?: Promise<void>
}
