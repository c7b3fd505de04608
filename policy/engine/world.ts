import type { ClusterPolicy } from '../cluster-policy.ts'
import type { Labels, NetworkPolicy, Place, Protocol } from '../types.ts'

/** The input of the engine. `World` of `fabric/` satisfies it, and so does any plain object of this shape. */
export interface PolicyWorld {
  readonly nodes: readonly PolicyNode[]
  readonly namespaces: readonly PolicyNamespace[]
  readonly pods: readonly PolicyPod[]
  readonly policies: readonly NetworkPolicy[]
  readonly clusterPolicies?: readonly ClusterPolicy[]
  /** Their virtual addresses are rejected in queries: policies see the endpoints behind them (docs/semantics.md, rule 56). */
  readonly services?: readonly PolicyService[]
  /** Objects that the engine does not evaluate. Policies of other kinds among them may override a prediction. */
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
  /** False if only `kubernetes.io/metadata.name` is known (docs/semantics.md, rule 27). */
  readonly labelsKnown: boolean
}

export interface PolicyPod {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  /** One address per family. A pod on the host network has its node's addresses. */
  readonly addresses: readonly string[]
  readonly hostNetwork: boolean
  readonly node: string
  readonly ports: readonly PodPort[]
  /** Phase Succeeded or Failed: another pod may have its address now (docs/semantics.md, rule 60). */
  readonly ended?: boolean
}

export interface PodPort {
  readonly name?: string
  readonly port: number
  readonly protocol: Protocol
  /** Declared by a sidecar: an init container with `restartPolicy: Always` (docs/semantics.md, rule 45). */
  readonly sidecar?: boolean
}

export interface PolicyService {
  readonly namespace: string
  readonly name: string
  readonly clusterIPs: readonly string[]
  /** Used only to recognise a rule that names a Service's port where policies see the pod's port. */
  readonly ports?: readonly { readonly port: number; readonly targetPort: number | string }[]
  /** The namespace of the Istio waypoint that it uses, if that is another namespace. */
  readonly waypointNamespace?: string
}

export interface ForeignObject {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly place?: Place
  /** The full object, if it can decide over traffic. If absent, the engine assumes everything that its kind can decide. */
  readonly value?: Readonly<Record<string, unknown>>
  /** For an Istio object: the root namespaces of its meshes, if known. */
  readonly meshRoots?: readonly string[]
}
