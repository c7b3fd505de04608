import type { Socket as UdpSocket } from 'node:dgram'
import type { Socket } from 'node:net'

export type Family = 4 | 6

/** The contents of resolv.conf(5) as data. */
export interface ResolvConf {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
}

/**
 * Where sockets are opened: the network of the process (in a probe) or the network namespace of a lab pod. Checks open
 * sockets only through it, so that the same code runs in a pod and in the lab. Both calls are synchronous up to the
 * kernel's socket, and the namespace is entered only during the call.
 */
export interface Vantage {
  /** Starts a TCP connection to an IP literal, without happy eyeballs. Errors arrive as the socket's `error` event. */
  connect(target: { readonly address: string; readonly port: number }): Socket
  /** A UDP socket that connects to an IP literal, so that ICMP errors are visible. Wait for `connect` or `error`. */
  datagram(target: { readonly address: string; readonly port: number }): UdpSocket
  /** Read for each check, like an application does. */
  resolvConf(): ResolvConf
  /**
   * Entries of /etc/hosts as the application sees them (`hostAliases` of a pod), name (lower case, no final dot) →
   * addresses.
   */
  hosts(): ReadonlyMap<string, readonly string[]>
}
