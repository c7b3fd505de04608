import type { Family } from '../cidr.ts'
import type { Protocol } from '../types.ts'
import type { PolicyPod } from './world.ts'

/** One end of a connection. An address stands for the pod or node that has it, else for the world outside. */
export type QueryEnd =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  /** A pod that need not exist: a clone, a probe, a pod as it would be after a change. */
  | { readonly kind: 'given'; readonly pod: PolicyPod }
  | { readonly kind: 'node'; readonly name: string }
  /** `hostname`: what the address was resolved from, for policies that name domains. */
  | { readonly kind: 'address'; readonly address: string; readonly hostname?: string }

/** How the packets come to the address asked for, where that is not directly. */
export type Way =
  | { readonly kind: 'service' }
  /** A NodePort or load balancer with `externalTrafficPolicy: Cluster`; with `Local` the way is direct. */
  | {
      readonly kind: 'nodePort'
      /** The node through which the connection comes in. */
      readonly node: string
      readonly port: number
      /** The external address that the client connects to, where that is not the node's. */
      readonly address?: string
    }

/** One new connection, as packets are after destination translation: the endpoint's own address and port, not the Service's. */
export interface Query {
  readonly from: QueryEnd
  readonly to: QueryEnd
  /** The destination's own port, 1 to 65535; without meaning for ICMP. */
  readonly port: number
  readonly protocol: Protocol | 'ICMP'
  /** Default: the family of a given address, else IPv4 where both ends have it. */
  readonly family?: Family
  readonly via?: Way
  /** A connection that was there before the policies changed (docs/semantics.md, rule 49). */
  readonly established?: boolean
}

export interface Socket {
  readonly port: number
  readonly protocol: Protocol
}
