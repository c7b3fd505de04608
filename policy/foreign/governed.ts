import type { Direction, LabelSelector, Protocol } from '../types.ts'

/** What an object that the engine does not evaluate can change, and for which connections. */
export interface Governed {
  /**
   * `deny`: it denies connections that NetworkPolicies allow, and allows none that they deny. `deny unless isolated`: the same, but only if
   * no NetworkPolicy isolates the pod. `either`: it can also allow what they deny.
   */
  readonly effect: 'deny' | 'deny unless isolated' | 'either'
  /** `ingress`: it decides like a policy of the destination. `egress`: like a policy of the source. */
  readonly directions: readonly Direction[]
  /** Namespaces of the pods that it can select. */
  readonly namespaces: 'all' | readonly string[]
  /** Pods with these labels. If absent, all pods of the namespaces. */
  readonly pods?: LabelSelector
  /** A namespace in which it is a waypoint: it also governs traffic from other namespaces through that waypoint. */
  readonly waypointsOf?: string
  /** Whether it also governs nodes and pods on the host network. */
  readonly nodes?: boolean
  /** Whether it also governs destinations outside the cluster. */
  readonly outside?: boolean
  /** Whether it governs only connections to destinations that are not pods. */
  readonly beyondPods?: boolean
  /** If absent, every protocol. */
  readonly protocols?: readonly Protocol[]
  /** Ports of the destination. If absent, every port. */
  readonly ports?: readonly number[]
  /** For a policy that allows: the ports on which it allows every connection, so that others of its kind deny nothing there. */
  readonly allowsAll?: AllPorts
}

export type AllPorts = 'every port' | readonly number[]

/** An object as written in the input. `value` is absent if only its name is known. */
export interface ForeignHead {
  readonly apiVersion: string
  readonly kind: string
  /** Empty for a cluster-scoped object, or if unknown. */
  readonly namespace: string
  readonly value?: Fields
  /** For an Istio object: the root namespaces of its meshes, if known. */
  readonly meshRoots?: readonly string[]
}

export type Fields = Readonly<Record<string, unknown>>

export const bothDirections: readonly Direction[] = ['ingress', 'egress']

/** Returns its own namespace, or all namespaces if it has none. */
export function ownNamespace({ namespace }: ForeignHead): Governed['namespaces'] {
  return namespace === '' ? 'all' : [namespace]
}
