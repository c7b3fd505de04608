import type { Check } from '../../checks/check.ts'
import type { Outcome } from '../../checks/outcome.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Listener } from '../../fabric/listeners.ts'
import type { Node, Pod, Service } from '../../fabric/world.ts'
import type { Protocol } from '../../policy/types.ts'

/** Identifies a source within a run: the identity as canonical text (`sourceKey`). */
export type SourceKey = string

/** An address, port, protocol and family. */
export interface Socket {
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly family: Family
}

/** The port and protocol of a target. */
export type Port = Pick<Socket, 'port' | 'protocol'>

/** The object that an address belongs to. It decides which controls a block needs. */
export type AddressDestination =
  | {
      readonly kind: 'pod'
      readonly socket: Socket
      readonly pod: Pod
      readonly ready: boolean
      /** The Service that routes to the pod, and whether its objects declare a listener. */
      readonly behind?: { readonly service: Service; readonly listener: Listener }
      /** The same for a pod that is the target itself. */
      readonly listener?: Listener
    }
  | {
      readonly kind: 'virtual'
      readonly socket: Socket
      readonly service: Service
      readonly endpoints: readonly Socket[]
    }
  | {
      readonly kind: 'node'
      readonly socket: Socket
      readonly node: Node
      readonly endpoints: readonly Socket[]
      /** The Service that owns the NodePort or external address, and its endpoints on this node. */
      readonly entry?: { readonly service: Service; readonly near: readonly Socket[] }
    }
  | {
      readonly kind: 'external'
      readonly socket: Socket
      /** The name of a lab stand-in, whose address is not the real host's. */
      readonly host?: string
    }

/** The source's resolver resolves a name. */
export type Destination = AddressDestination | { readonly kind: 'name'; readonly host: string }

/** One destination that one source connects to, with the number of simultaneous new connections. */
export interface PlannedCheck {
  readonly source: SourceKey
  readonly destination: Destination
  readonly check: Check
  readonly connections: number
  /** Each connection must show the result of a single SYN. A retransmitted SYN may reach another endpoint. */
  readonly singleSyn?: true
}

/** When the kernel first retransmits an unanswered SYN, in milliseconds (RFC 6298 §2). */
const synRepeatMs = 1_000

/** Shorter than the first SYN retransmission, which may reach another endpoint and hide one that does not answer. */
export const singleSynMs = synRepeatMs - 100

/**
 * Whether a single-SYN connection succeeded only after the SYN was retransmitted. On a busy machine the deadline is extended, and then the endpoint
 * that answered is unknown.
 */
export function isLate({ singleSyn }: PlannedCheck, { reason, durations }: Outcome): boolean {
  return singleSyn === true && reason !== 'connect_timeout' && (durations.connect ?? 0) >= synRepeatMs
}

/** The address that a check used. A name outside the cluster is replaced by the address that it resolved to. */
export function addressDestinationOf(
  { destination, check }: PlannedCheck,
  { address, port }: Pick<Outcome, 'address' | 'port'>,
): AddressDestination | undefined {
  if (destination.kind !== 'name') return destination
  if (address === undefined || port === undefined) return undefined
  const protocol = check.kind === 'udp' ? 'UDP' : 'TCP'
  return { kind: 'external', socket: { address, port, protocol, family: familyOf(address) } }
}

export function socketAt(address: string, { port, protocol }: Port): Socket {
  return { address, port, protocol, family: familyOf(address) }
}

/** A key that is equal for equal sockets. */
export function socketKey({ address, port, protocol }: Omit<Socket, 'family'>): string {
  return `${protocol}/${address}/${port}`
}

/** A key that is equal for equal destinations. */
export function destinationKey({ kind, socket }: AddressDestination): string {
  return `${kind} ${socketKey(socket)}`
}

/** `10.1.2.3:80` or `[fd00::1]:80`. */
export function socketText({ address, port, family }: Omit<Socket, 'protocol'>): string {
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`
}

export function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4
}
