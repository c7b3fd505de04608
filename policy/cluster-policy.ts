import type { LabelSelector, Place, Protocol } from './types.ts'

export const actions = ['Accept', 'Deny', 'Pass'] as const
export type Action = (typeof actions)[number]

export const clusterTiers = ['Admin', 'Baseline'] as const
export type ClusterTier = (typeof clusterTiers)[number]

/** A set of pods. The API's `namespaces` field alone selects all pods of these namespaces. Pods on the host network are never included. */
export interface PodSet {
  readonly namespaceSelector: LabelSelector
  readonly podSelector: LabelSelector
}

export type ClusterPeer =
  | ({ readonly kind: 'pods' } & PodSet)
  | { readonly kind: 'nodes'; readonly selector: LabelSelector }
  | { readonly kind: 'networks'; readonly cidrs: readonly string[] }
  | { readonly kind: 'domainNames'; readonly names: readonly string[] }

/** A port range (`first` to `last`) of one protocol, or a named port of any protocol. */
export type ClusterPort =
  | { readonly kind: 'range'; readonly protocol: Protocol; readonly first: number; readonly last: number }
  | { readonly kind: 'name'; readonly name: string }

export interface ClusterRule {
  readonly name?: string
  readonly action: Action
  /** Has at least one item. */
  readonly peers: readonly ClusterPeer[]
  /** An empty list allows every port. */
  readonly ports: readonly ClusterPort[]
}

/** A ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2. Within a tier, a lower priority value is evaluated first. */
export interface ClusterPolicy {
  readonly name: string
  readonly tier: ClusterTier
  readonly priority: number
  readonly subject: PodSet
  readonly ingress: readonly ClusterRule[]
  readonly egress: readonly ClusterRule[]
  readonly place?: Place
}
