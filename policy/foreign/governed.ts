import type { Direction, LabelSelector, Protocol } from '../types.ts'

/** What an object that is not evaluated can change, and of which connections. */
export interface Governed {
  /**
   * `deny`: it denies connections that NetworkPolicies allow, and allows none that they deny; `deny unless isolated`: the same, and only where no
   * NetworkPolicy isolates; `either`: it can also allow what they deny.
   */
  readonly effect: 'deny' | 'deny unless isolated' | 'either'
  /** `ingress`: it decides as a policy of the destination does, `egress`: as one of the source. */
  readonly directions: readonly Direction[]
  /** Namespaces of the pods that it can select. */
  readonly namespaces: 'all' | readonly string[]
  /** Pods with these labels; all of the namespaces when absent. */
  readonly pods?: LabelSelector
  /** A namespace in which it is a waypoint: it also governs what goes through that waypoint from elsewhere. */
  readonly waypointsOf?: string
  /** Whether it governs nodes, and pods on their network, too. */
  readonly nodes?: boolean
  /** Whether it governs destinations outside the cluster, too. */
  readonly outside?: boolean
  /** Only connections to destinations that are no pod. */
  readonly beyondPods?: boolean
  /** Every protocol when absent. */
  readonly protocols?: readonly Protocol[]
  /** Ports of the destination; every port when absent. */
  readonly ports?: readonly number[]
  /** Of a policy that allows: the ports on which it allows every connection, so that others of its kind deny nothing there. */
  readonly allowsAll?: AllPorts
}

export type AllPorts = 'every port' | readonly number[]

/** An object as somebody wrote it; `value` is absent where only its name is known. */
export interface ForeignHead {
  readonly apiVersion: string
  readonly kind: string
  /** Empty for a cluster-scoped object, and where it is not known. */
  readonly namespace: string
  readonly value?: Fields
  /** Of an object of Istio: the root namespaces of its meshes, where they are known. */
  readonly meshRoots?: readonly string[]
}

export type Fields = Readonly<Record<string, unknown>>

export const bothDirections: readonly Direction[] = ['ingress', 'egress']

/** Its own namespace, or all where it has none. */
export function ownNamespace({ namespace }: ForeignHead): Governed['namespaces'] {
  return namespace === '' ? 'all' : [namespace]
}
