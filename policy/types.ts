/** A location in a user's file. Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A user error: what is wrong, where, and how to fix it. */
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

/** metav1.LabelSelector: matchLabels and every expression must match. An empty selector matches everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly LabelExpression[]
}

export interface IpBlock {
  readonly cidr: string
  readonly except?: readonly string[]
}

/** Either `ipBlock`, or one or both selectors. If both are set, both must match. */
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

/** A NetworkPolicy after defaulting: absent, null and empty lists are equivalent, and policyTypes are explicit. */
export interface NetworkPolicy {
  readonly namespace: string
  readonly name: string
  readonly podSelector: LabelSelector
  readonly policyTypes: readonly Direction[]
  readonly ingress: readonly PolicyRule[]
  readonly egress: readonly PolicyRule[]
  readonly place?: Place
}
