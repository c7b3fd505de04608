/** Where something stands in a user's file; lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A mistake of the user: what is wrong, where, and the way out. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly hint?: string
  readonly place?: Place
}

export type Direction = 'ingress' | 'egress'
export type Protocol = 'TCP' | 'UDP' | 'SCTP'
export type Labels = Readonly<Record<string, string>>

export interface LabelExpression {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[]
}

/** metav1.LabelSelector: matchLabels and every expression must hold; an empty selector matches everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly LabelExpression[]
}

export interface IpBlock {
  readonly cidr: string
  readonly except?: readonly string[]
}

/** One of `ipBlock`, or a selector, or both selectors (which then must both match). */
export interface PolicyPeer {
  readonly podSelector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
  readonly ipBlock?: IpBlock
}

export interface PolicyPort {
  readonly protocol?: Protocol
  readonly port?: number | string
  readonly endPort?: number
}

/** A rule of either direction, in one shape: `peers` is the API's `from` or `to`. Empty lists restrict nothing. */
export interface PolicyRule {
  readonly peers: readonly PolicyPeer[]
  readonly ports: readonly PolicyPort[]
}

/** A NetworkPolicy after defaulting: absent, null and empty lists are alike, policyTypes are explicit. */
export interface NetworkPolicy {
  readonly namespace: string
  readonly name: string
  readonly podSelector: LabelSelector
  readonly policyTypes: readonly Direction[]
  readonly ingress: readonly PolicyRule[]
  readonly egress: readonly PolicyRule[]
  readonly place?: Place
}
