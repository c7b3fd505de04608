import type { Check } from '../checks/check.ts'
import type { Observation } from '../checks/outcome.ts'
import type { Labels } from '../policy/types.ts'
import type { Pod, World } from './world.ts'

/**
 * The identity of a source. Policies select labels, not namespaces, so an identity is always explicit. `inside` is a
 * control in a pod's network namespace. `node` is a node's host network, as a source or as a control.
 */
export type Identity =
  | { readonly kind: 'namespace'; readonly namespace: string; readonly labels?: Labels; readonly node?: string }
  | LikeIdentity
  | { readonly kind: 'as'; readonly namespace: string; readonly workload: string; readonly node?: string }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'outside' }
  | { readonly kind: 'inside'; readonly namespace: string; readonly pod: string }
  /** `control`: only a control, which must cost nothing. A cluster starts no pod for it. */
  | { readonly kind: 'node'; readonly node: string; readonly control?: true }

/** A pod like those of a workload. */
export interface LikeIdentity {
  readonly kind: 'like'
  readonly namespace: string
  readonly workload: string
  readonly node?: string
  /** Labels of one pod of the workload that its template lacks: those of a StatefulSet's ordinal. */
  readonly labels?: Labels
}

/** A source that can run checks. */
export interface Probe {
  readonly identity: Identity
  /** The pod whose network is used; absent for `outside` and `node`. */
  readonly pod?: Pod
  readonly node: string | undefined
  /** The addresses that its sockets must have. Results from other addresses give no verdict. */
  readonly addresses: readonly string[]
  /** Whether the fabric chose its addresses, so that they differ from those of a real client. */
  readonly standIn?: true
  /**
   * When its address became known (milliseconds since the epoch), because some plugins have slow propagation. Absent
   * for a pod that is not new.
   */
  readonly bornAt?: number
  /** Text for the report, such as "tested as a plain pod". */
  readonly note?: string
  /** The digest of the probe's image, as its node reports it. */
  readonly image?: string
  /**
   * Runs checks concurrently, within the fabric's limits, and yields each observation as it arrives. An abort ends it
   * early.
   */
  run(checks: readonly Check[], signal: AbortSignal, pace?: Pace): AsyncIterable<Observation>
}

/** The rate of a batch, in addition to the fabric's limits. */
export interface Pace {
  /** Checks that start per second. */
  readonly perSecond?: number
}

/** A source that could not be started, with the sentence for the report. */
export interface Unavailable {
  readonly unavailable: string
}

/** Facts about a cluster for an audit. */
export interface ClusterFacts {
  /** UID of the namespace kube-system; absent if it cannot be read. */
  readonly uid?: string
  /** Version of the API server. */
  readonly version: string
  /** The user name of the runner, as the API server reports it. */
  readonly user?: string
}

/** Objects as plain Kubernetes manifests (`apiVersion`, `kind`, `metadata`, …). */
export type Manifest = Readonly<Record<string, unknown>>

export type Change =
  /**
   * `until`, on a cluster: wait until pods are ready (the default), or only until they run and have an address, which
   * is one or two seconds earlier.
   */
  | { readonly kind: 'apply'; readonly objects: readonly Manifest[]; readonly until?: 'ready' | 'running' }
  | { readonly kind: 'delete'; readonly objects: readonly Manifest[] }
  | { readonly kind: 'label'; readonly object: string; readonly labels: Readonly<Record<string, string | null>> }

/** What a run must know about a backend. */
export interface Capabilities {
  /** Users may change objects during a run, so the world is read again afterwards. */
  readonly changesByOthers: boolean
  /**
   * The world was built from manifests. What they leave open is assumed, and stand-ins replace the hosts outside the
   * cluster.
   */
  readonly builtFromManifests: boolean
}

/** A backend that runs pods. One contract suite runs over every implementation (`test/fabric/contract.ts`). */
export interface Fabric {
  readonly capabilities: Capabilities
  /** One line for the header of the report. */
  readonly description: string
  readonly timing: Timing
  /** Notes that a report shows once at its top: objects that were left out or could not be read. */
  readonly notes?: readonly string[]
  /** Identifies the cluster for an audit. */
  readonly cluster?: ClusterFacts
  /** The canary's namespace; `crosscheck-canary` when absent. On a cluster, each run has a separate one. */
  readonly canaryNamespace?: string
  world(signal: AbortSignal): Promise<World>
  /**
   * Rejects with all missing rights if the user may not use these sources or apply these objects. Creates nothing.
   * Absent if the fabric has no access control.
   */
  permit?(wanted: Wanted, signal: AbortSignal): Promise<void>
  probe(identity: Identity, signal: AbortSignal): Promise<Probe | Unavailable>
  /**
   * Whether a process on the loopback of a pod's network accepts TCP connections at this port, where no policy applies;
   * undefined if that cannot be determined. Absent if checks run inside pods anyway.
   */
  forwards?(
    to: { readonly namespace: string; readonly pod: string; readonly port: number },
    signal: AbortSignal,
  ): Promise<boolean | undefined>
  /** Changes objects. Resolves when the change is accepted; in the lab, when it is in force. */
  apply(change: Change, signal: AbortSignal): Promise<void>
  /**
   * Pods (`namespace/name`) whose accept queue overflowed in this run. Their timeouts are `not_run`, never "blocked".
   */
  overflowed(signal: AbortSignal): Promise<ReadonlySet<string>>
  /** Policy rules that allowed packets from or to this pod, if the fabric can tell (`namespace/policy ingress[0]`). */
  admitted(
    pod: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<readonly RuleCount[]>
  [Symbol.asyncDispose](): Promise<void>
}

/** What a run will use. */
export interface Wanted {
  readonly identities: readonly Identity[]
  readonly objects: readonly Manifest[]
}

export interface RuleCount {
  readonly rule: string
  readonly direction: 'ingress' | 'egress'
  readonly packets: number
}

/** Default timeouts of checks over all attempts, and how policies take effect. */
export interface Timing {
  readonly allowed: { readonly deadlineMs: number; readonly attempts: number }
  readonly blocked: { readonly deadlineMs: number; readonly attempts: number }
  readonly canaryMs: number
  /** New connections per second to a target's node, from all sources together; unlimited when absent. */
  readonly perSecond?: number
  /**
   * `at-once`: `apply` returns when rules are in force for every pod. `eventually`: policies propagate later, and a
   * block needs proof of propagation.
   */
  readonly policies: 'at-once' | 'eventually'
}
