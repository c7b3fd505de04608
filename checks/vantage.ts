import type { Socket as UdpSocket } from 'node:dgram'
import type { Socket } from 'node:net'

export type Family = 4 | 6

/** What resolv.conf(5) says, as data. */
export interface ResolvConf {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
}

/**
 * Where sockets are opened: the process's own network (in a probe) or the network namespace of a lab pod.
 * Checks open sockets through it and in no other way, so that the same code runs in a pod and in the lab.
 * Both calls are synchronous up to the kernel's socket: the namespace is entered only for that instant.
 */
export interface Vantage {
  /** Starts a TCP connection to an IP literal. Happy eyeballs are off; errors come as the socket's `error` event. */
  connect(target: { readonly address: string; readonly port: number }): Socket
  /** A UDP socket connecting to an IP literal (so that ICMP errors are seen): wait for `connect` or `error`. */
  datagram(target: { readonly address: string; readonly port: number }): UdpSocket
  /** Read anew for each check, as an application would. */
  resolvConf(): ResolvConf
  /** Lines of /etc/hosts as the application sees them (`hostAliases` of a pod), name (lower case, no final dot) → addresses. */
  hosts(): ReadonlyMap<string, readonly string[]>
}
