import type { LabelSelector, Place, Protocol } from './types.ts'

export const actions = ['Accept', 'Deny', 'Pass'] as const
export type Action = (typeof actions)[number]

export const clusterTiers = ['Admin', 'Baseline'] as const
export type ClusterTier = (typeof clusterTiers)[number]

/** Pods of namespaces; the API's `namespaces` alone is every pod of them. Pods on the host's network are never in it. */
export interface PodSet {
  readonly namespaceSelector: LabelSelector
  readonly podSelector: LabelSelector
}

export type ClusterPeer =
  | ({ readonly kind: 'pods' } & PodSet)
  | { readonly kind: 'nodes'; readonly selector: LabelSelector }
  | { readonly kind: 'networks'; readonly cidrs: readonly string[] }
  | { readonly kind: 'domainNames'; readonly names: readonly string[] }

/** `first` to `last` of a protocol, or a named port of whatever protocol. */
export type ClusterPort =
  | { readonly kind: 'range'; readonly protocol: Protocol; readonly first: number; readonly last: number }
  | { readonly kind: 'name'; readonly name: string }

export interface ClusterRule {
  readonly name?: string
  readonly action: Action
  /** At least one. */
  readonly peers: readonly ClusterPeer[]
  /** None restricts nothing. */
  readonly ports: readonly ClusterPort[]
}

/** A ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2; the lower priority is asked first within its tier. */
export interface ClusterPolicy {
  readonly name: string
  readonly tier: ClusterTier
  readonly priority: number
  readonly subject: PodSet
  readonly ingress: readonly ClusterRule[]
  readonly egress: readonly ClusterRule[]
  readonly place?: Place
}
