import type { Check } from '../checks/check.ts'
import type { Observation } from '../checks/outcome.ts'
import type { Labels } from '../policy/types.ts'
import type { Pod, World } from './world.ts'

/**
 * Who asks. Policies select labels, not namespaces, so an identity is always explicit.
 * `inside` is a control, a pod's own network namespace; `node` is a node's host network, as a source or as a control.
 */
export type Identity =
  | { readonly kind: 'namespace'; readonly namespace: string; readonly labels?: Labels; readonly node?: string }
  | LikeIdentity
  | { readonly kind: 'as'; readonly namespace: string; readonly workload: string; readonly node?: string }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'outside' }
  | { readonly kind: 'inside'; readonly namespace: string; readonly pod: string }
  /** `control`: only where it costs nothing; a cluster starts no pod for it. */
  | { readonly kind: 'node'; readonly node: string; readonly control?: true }

/** A pod like those of a workload. */
export interface LikeIdentity {
  readonly kind: 'like'
  readonly namespace: string
  readonly workload: string
  readonly node?: string
  /** Labels of one pod of the workload that its template does not have: those of a StatefulSet's ordinal. */
  readonly labels?: Labels
}

/** A place from which checks run. */
export interface Probe {
  readonly identity: Identity
  /** The pod whose network is used; none for `outside` and `node`. */
  readonly pod?: Pod
  readonly node: string | undefined
  /** The addresses that its sockets must have; no verdict is drawn from any other. */
  readonly addresses: readonly string[]
  /** Whether the fabric chose its addresses, which are not those of a real client. */
  readonly standIn?: true
  /** When its address became known, for plugins that learn of fresh pods late (milliseconds since the epoch); none for a settled pod. */
  readonly bornAt?: number
  /** What the report says of it: "tested as a plain pod". */
  readonly note?: string
  /** Of the image that runs there, as its node reports it: a digest. */
  readonly image?: string
  /** Runs all checks at once, within the fabric's own bounds, and yields each observation as it comes. Aborting ends it early. */
  run(checks: readonly Check[], signal: AbortSignal, pace?: Pace): AsyncIterable<Observation>
}

/** How quickly a batch may go, beside the fabric's own bounds. */
export interface Pace {
  /** Checks that begin in a second. */
  readonly perSecond?: number
}

/** A source that cannot be had, with the sentence that the report prints. */
export interface Unavailable {
  readonly unavailable: string
}

/** What an auditor asks of a cluster. */
export interface ClusterFacts {
  /** Of the namespace kube-system; absent where it may not be read. */
  readonly uid?: string
  /** Of the API server. */
  readonly version: string
  /** Whom the API server takes the runner for. */
  readonly user?: string
}

/** Objects as plain Kubernetes manifests (`apiVersion`, `kind`, `metadata`, …). */
export type Manifest = Readonly<Record<string, unknown>>

export type Change =
  /** `until`: on a cluster, whether pods must be ready (the default) or only run with an address, which comes a second or two earlier. */
  | { readonly kind: 'apply'; readonly objects: readonly Manifest[]; readonly until?: 'ready' | 'running' }
  | { readonly kind: 'delete'; readonly objects: readonly Manifest[] }
  | { readonly kind: 'label'; readonly object: string; readonly labels: Readonly<Record<string, string | null>> }

/** What a run has to know of the place where pods live, whatever implements it. */
export interface Capabilities {
  /** Others may change objects while a run measures: the world is read again afterwards. */
  readonly changesByOthers: boolean
  /** The world was built from manifests: what they leave open is assumed, and stand-ins play the hosts outside of the cluster. */
  readonly builtFromManifests: boolean
}

/** Where pods live. One contract suite runs over every implementation (`test/fabric/contract.ts`). */
export interface Fabric {
  readonly capabilities: Capabilities
  /** One line for the head of the report. */
  readonly description: string
  readonly timing: Timing
  /** What a report says once, at its top: what of the objects was left out, what could not be read. */
  readonly notes?: readonly string[]
  /** Which cluster this is, for an auditor. */
  readonly cluster?: ClusterFacts
  /** Where the canary lives; `crosscheck-canary` when absent. On a cluster each run has its own. */
  readonly canaryNamespace?: string
  world(signal: AbortSignal): Promise<World>
  /** Rejects, with all that is missing, where whoever runs this lacks the rights to ask as these, or to apply these; nothing is made. Absent where nobody grants rights. */
  permit?(wanted: Wanted, signal: AbortSignal): Promise<void>
  probe(identity: Identity, signal: AbortSignal): Promise<Probe | Unavailable>
  /**
   * Whether something on the loopback of a pod's network takes a TCP connection at this port, where no policy applies; undefined where that cannot be
   * learnt. Absent where pods are asked from inside anyway.
   */
  forwards?(
    to: { readonly namespace: string; readonly pod: string; readonly port: number },
    signal: AbortSignal,
  ): Promise<boolean | undefined>
  /** Changes objects; resolves when the change was accepted, and in the lab when it is in force. */
  apply(change: Change, signal: AbortSignal): Promise<void>
  /** Pods whose accept queue overflowed in this run: their timeouts are `not_run`, never "blocked". Keys as `namespace/name`. */
  overflowed(signal: AbortSignal): Promise<ReadonlySet<string>>
  /** Policy rules that let packets to or from these addresses pass, where the fabric can tell (`namespace/policy ingress[0]`). */
  admitted(
    pod: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<readonly RuleCount[]>
  [Symbol.asyncDispose](): Promise<void>
}

/** What a run is going to ask for. */
export interface Wanted {
  readonly identities: readonly Identity[]
  readonly objects: readonly Manifest[]
}

export interface RuleCount {
  readonly rule: string
  readonly direction: 'ingress' | 'egress'
  readonly packets: number
}

/** How long a check waits by default, over all its attempts, and how fast policies are in force. */
export interface Timing {
  readonly allowed: { readonly deadlineMs: number; readonly attempts: number }
  readonly blocked: { readonly deadlineMs: number; readonly attempts: number }
  readonly canaryMs: number
  /** New connections that a target's node may see in a second, from all sources together; as many as there are when absent. */
  readonly perSecond?: number
  /** `at-once`: `apply` returns when rules are in force for every pod; `eventually`: plugins learn late, blocks need proof of knowledge. */
  readonly policies: 'at-once' | 'eventually'
}
