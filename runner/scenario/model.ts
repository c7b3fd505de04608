import type { HttpCheck } from '../../checks/check.ts'
import type { LabSettings } from '../../lab/settings.ts'
import type { LabelSelector, Labels, Place } from '../../policy/types.ts'

/** A resolved scenario: variables, shorthands, lists and the matrix are expanded; every name leads to its object. */
export interface Scenario {
  readonly name: string
  readonly description?: string
  readonly tags: readonly string[]
  /** Where the document begins. */
  readonly place: Place
  /** Effective values, including `--set`. */
  readonly variables: Readonly<Record<string, string>>
  /** Files and folders within the scenario's folder, relative to the working directory like `place.file`. */
  readonly manifests: readonly ManifestPath[]
  readonly lab: LabSettings
  /** On a cluster, probes get the sidecar of a service mesh. */
  readonly mesh?: boolean
  /** How long to wait for policies to be in force, in milliseconds; automatic if absent, 0 turns settling off. */
  readonly settleMs?: number
  /** Deadline of paths that set none, in milliseconds. */
  readonly deadlineMs?: number
  readonly sources: ReadonlyMap<string, Source>
  readonly targets: ReadonlyMap<string, Target>
  /** Explicit paths in the order of the file (`from` before `to`), then those of the matrix. */
  readonly paths: readonly ScenarioPath[]
  /** Run after `paths`, one after the other. */
  readonly steps: readonly Step[]
}

export interface ManifestPath {
  readonly path: string
  readonly place: Place
}

interface Named {
  /** The name in the scenario: its key, or its text if written inline. */
  readonly name: string
  readonly place: Place
}

/** Workloads and pods as `kind/name` with kubectl's full lowercase kind: `deployment/ui`, `statefulset/db`, `pod/web-0`. */
export type WorkloadName = string

/**
 * The source of a connection. The first four are identities as in fabric/fabric.ts; `namespaces` and `pods` expand against the world when the run
 * starts. A pod is `{kind: 'like' | 'as', workload: 'pod/x'}`.
 */
export type Source = Named & SourceSpec

export type SourceSpec =
  | { readonly kind: 'namespace'; readonly namespace: string; readonly labels?: Labels; readonly node?: string }
  | { readonly kind: 'like'; readonly namespace: string; readonly workload: WorkloadName; readonly node?: string }
  | { readonly kind: 'as'; readonly namespace: string; readonly workload: WorkloadName; readonly node?: string }
  | { readonly kind: 'outside' }
  /** The network of a node: its kubelet, its other processes, and the API server if it runs on that node. */
  | { readonly kind: 'node'; readonly node: string }
  /** The pod or the node with this address, in canonical form. */
  | { readonly kind: 'address'; readonly address: string }
  /** The pods behind a Service. */
  | { readonly kind: 'service'; readonly namespace: string; readonly service: string }
  /** One source per matching namespace; with `like`, a clone of that workload in each. */
  | {
      readonly kind: 'namespaces'
      readonly selector: LabelSelector
      readonly like?: WorkloadName
      readonly node?: string
    }
  /** Every matching pod (in all namespaces if none is given). `sample` limits the number per class of equivalent pods. */
  | {
      readonly kind: 'pods'
      readonly namespace?: string
      readonly selector: LabelSelector
      readonly sample?: number
      readonly node?: string
    }

/** Pods as a target, each by its pod address. */
export type PodSet =
  | { readonly by: 'labels'; readonly namespace?: string; readonly selector: LabelSelector }
  | { readonly by: 'workload'; readonly namespace: string; readonly workload: WorkloadName }

/** The protocol at an address: a transport, or a layer-7 protocol with its request. */
export type Speech =
  | { readonly protocol: 'tcp' | 'udp' | 'tls' }
  | { readonly protocol: 'http' | 'https'; readonly path: string; readonly request: HttpRequest }

export type HttpRequest = Pick<HttpCheck, 'method' | 'headers' | 'redirects'> & { readonly body?: string }

/** The target of a connection. `host` is a name as the source would write it, or an IP literal in canonical form without brackets. */
export type Target = Named & TargetSpec

export type TargetSpec =
  | { readonly kind: 'tcp' | 'udp' | 'tls'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'http'
      readonly url: string
      readonly host: string
      readonly port: number
      readonly secure: boolean
      readonly request: HttpRequest
    }
  | { readonly kind: 'dns'; readonly host: string; readonly type: DnsType; readonly server?: string }
  /** This port of every pod in the set, by pod address. */
  | { readonly kind: 'pods'; readonly pods: PodSet; readonly port: number; readonly speech: Speech }
  /** This port of every node's address, or of one node's address. A node address written as a host is a plain `tcp` target. */
  | { readonly kind: 'nodePort'; readonly port: number; readonly speech: Speech; readonly node?: string }

export const dnsTypes = ['A', 'AAAA', 'CNAME', 'SRV', 'TXT', 'PTR', 'NS', 'MX', 'SOA'] as const
export type DnsType = (typeof dnsTypes)[number]

/** NODATA means NOERROR without a record of the queried type. */
export const rcodes = ['NOERROR', 'NODATA', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'FORMERR', 'NOTIMP'] as const
export type Rcode = (typeof rcodes)[number]

export type Expectation =
  /** `http` and `tls` are conditions above the transport, in the terms of checks/check.ts. For a dns target: the name has a record. */
  | {
      readonly kind: 'allowed'
      readonly http?: {
        readonly status?: readonly number[]
        readonly headers?: Readonly<Record<string, string>>
        readonly body?: string
      }
      readonly tls?: { readonly verified: boolean; readonly serverName?: string }
    }
  /** Layer 7: a refusal after the handshake also counts as blocked. For a dns target: the resolver does not respond. */
  | { readonly kind: 'blocked'; readonly layer: 4 | 7; readonly blockedBy?: string }
  /** For dns targets only. Addresses are canonical and sorted; no other address may be in the response. */
  | { readonly kind: 'dns'; readonly rcode?: Rcode; readonly addresses?: readonly string[] }

/** One assertion: one source, one target. */
export interface ScenarioPath {
  readonly source: Source
  readonly target: Target
  readonly expect: Expectation
  /** Where the user wrote it. For a cell of the matrix, the `allowed` entry that allows it, else the matrix. */
  readonly place: Place
  /** From the matrix: what is not listed there is blocked. */
  readonly closedWorld: boolean
  /** A cell of the matrix for which an entry of `allowed` names both source and target, without `*`. */
  readonly listed?: boolean
  readonly name?: string
  readonly why?: string
  readonly tags: readonly string[]
  /** `both`: one check per family, both must hold. If absent: the first family that resolves (A before AAAA). */
  readonly family?: 4 | 6 | 'both'
  /** A source that must reach the same literal address in this run. */
  readonly control?: Source
  readonly deadlineMs?: number
  readonly attempts?: number
  /** If any path of the scenario has it, paths without it are skipped. */
  readonly only: boolean
  /** The reason for skipping it. The report shows it as skipped. */
  readonly skip?: string
}

/** An object by name. The namespace is empty for a cluster-scoped object. */
export interface NamedObject {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** The change of a step, as named in the file. The runner reads the files and converts it into a fabric's `Change`. */
export type StepChange =
  | { readonly kind: 'apply'; readonly files: readonly ManifestPath[] }
  | { readonly kind: 'delete'; readonly objects: readonly NamedObject[] }
  /** Null removes a label. */
  | { readonly kind: 'label'; readonly object: NamedObject; readonly labels: Readonly<Record<string, string | null>> }

export interface Step {
  readonly name: string
  readonly place: Place
  readonly change: StepChange
  readonly paths: readonly ScenarioPath[]
}

/** Targets with a connection to an address, not DNS queries. */
export type ReachedTarget = Exclude<Target, { kind: 'dns' }>
