import type { Family } from '../cidr.ts'
import type { Protocol } from '../types.ts'
import type { PolicyPod } from './world.ts'

/** One end of a connection. An address stands for the pod or node that has it, or else for a host outside the cluster. */
export type QueryEnd =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  /** A pod that need not exist: a clone, a probe, or a pod as it would be after a change. */
  | { readonly kind: 'given'; readonly pod: PolicyPod }
  | { readonly kind: 'node'; readonly name: string }
  /** `hostname`: the name that resolved to this address, for policies that match domain names. */
  | { readonly kind: 'address'; readonly address: string; readonly hostname?: string }

/** How packets reach the destination, if not directly. */
export type Way =
  | { readonly kind: 'service' }
  /** A NodePort or load balancer with `externalTrafficPolicy: Cluster`. With `Local`, packets arrive directly. */
  | {
      readonly kind: 'nodePort'
      /** The node through which the connection enters. */
      readonly node: string
      readonly port: number
      /** The external address that the client connects to, if it is not the node's address. */
      readonly address?: string
    }

/** One new connection after destination translation: the address and port of the endpoint, not of the Service. */
export interface Query {
  readonly from: QueryEnd
  readonly to: QueryEnd
  /** The port of the destination, 1 to 65535. Ignored for ICMP. */
  readonly port: number
  readonly protocol: Protocol | 'ICMP'
  /** Default: the family of a given address, otherwise IPv4 if both ends have it. */
  readonly family?: Family
  readonly via?: Way
  /** Whether the connection existed before the policies changed (docs/semantics.md, rule 49). */
  readonly established?: boolean
}

export interface Socket {
  readonly port: number
  readonly protocol: Protocol
}
