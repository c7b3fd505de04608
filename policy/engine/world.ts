import type { ClusterPolicy } from '../cluster-policy.ts'
import type { Labels, NetworkPolicy, Place, Protocol } from '../types.ts'

/** What the engine reads of a world: `World` of `fabric/` is one, and so is any plain object of this shape. */
export interface PolicyWorld {
  readonly nodes: readonly PolicyNode[]
  readonly namespaces: readonly PolicyNamespace[]
  readonly pods: readonly PolicyPod[]
  readonly policies: readonly NetworkPolicy[]
  readonly clusterPolicies?: readonly ClusterPolicy[]
  /** Virtual addresses are refused in questions: policies see the endpoints behind them (docs/semantics.md, rule 56). */
  readonly services?: readonly PolicyService[]
  /** Objects that were read by name only; policies of other kinds among them may override a prediction. */
  readonly notSimulated?: readonly ForeignObject[]
}

export interface PolicyNode {
  readonly name: string
  readonly addresses: readonly string[]
  readonly labels: Labels
}

export interface PolicyNamespace {
  readonly name: string
  readonly labels: Labels
  /** False when only `kubernetes.io/metadata.name` is known (docs/semantics.md, rule 27). */
  readonly labelsKnown: boolean
}

export interface PolicyPod {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  /** One address per family; the node's for a pod on the host's network. */
  readonly addresses: readonly string[]
  readonly hostNetwork: boolean
  readonly node: string
  readonly ports: readonly PodPort[]
  /** Succeeded or Failed: its address may belong to another pod by now (docs/semantics.md, rule 60). */
  readonly ended?: boolean
}

export interface PodPort {
  readonly name?: string
  readonly port: number
  readonly protocol: Protocol
  /** Declared by an init container that restarts always (docs/semantics.md, rule 45). */
  readonly sidecar?: boolean
}

export interface PolicyService {
  readonly namespace: string
  readonly name: string
  readonly clusterIPs: readonly string[]
  /** Only to recognise a rule that names a Service's port where policies see the pods'. */
  readonly ports?: readonly { readonly port: number; readonly targetPort: number | string }[]
  /** The namespace of the Istio waypoint that it uses, where that is another one. */
  readonly waypointNamespace?: string
}

export interface ForeignObject {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly place?: Place
  /** The object itself, where it may decide over traffic; without it, all that its kind can decide is assumed. */
  readonly value?: Readonly<Record<string, unknown>>
  /** Of an object of Istio: the root namespaces of its meshes, where they are known. */
  readonly meshRoots?: readonly string[]
}
