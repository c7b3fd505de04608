import type { Check } from '../../checks/check.ts'
import type { Outcome } from '../../checks/outcome.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Listener } from '../../fabric/listeners.ts'
import type { Node, Pod, Service } from '../../fabric/world.ts'
import type { Protocol } from '../../policy/types.ts'

/** Identifies a source within a run: the identity as canonical text (`sourceKey`). */
export type SourceKey = string

/** An address and port as packets know them. */
export interface Socket {
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly family: Family
}

/** A port as targets name it. */
export type Port = Pick<Socket, 'port' | 'protocol'>

/** What an address belongs to, from the objects; it decides which controls a block needs. */
export type AddressDestination =
  | {
      readonly kind: 'pod'
      readonly socket: Socket
      readonly pod: Pod
      readonly ready: boolean
      /** The Service that leads there, and whether objects say that something listens. */
      readonly behind?: { readonly service: Service; readonly listener: Listener }
      /** The same of a pod that is a target itself. */
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
      /** The Service whose NodePort or external address it is, and which of the endpoints are on this node. */
      readonly entry?: { readonly service: Service; readonly near: readonly Socket[] }
    }
  | {
      readonly kind: 'external'
      readonly socket: Socket
      /** The name that a stand-in of the lab has, at an address that is not the host's. */
      readonly host?: string
    }

/** A name is left to the source's own resolver. */
export type Destination = AddressDestination | { readonly kind: 'name'; readonly host: string }

/** One aim that one source dials, with so many new connections at once. */
export interface PlannedCheck {
  readonly source: SourceKey
  readonly destination: Destination
  readonly check: Check
  readonly connections: number
  /** Each connection is to tell what one SYN met: a repeated one may meet another endpoint. */
  readonly singleSyn?: true
}

/** When the kernel repeats a SYN that nobody answered, in milliseconds (RFC 6298 §2). */
const synRepeatMs = 1_000

/** Below the first repetition of a SYN, which would draw another endpoint and hide one that does not answer. */
export const singleSynMs = synRepeatMs - 100

/**
 * Whether a connection that one SYN was to make came after the time of a repeated one. Where the processor is busy a deadline is given back, and then
 * it is not known which endpoint answered.
 */
export function isLate({ singleSyn }: PlannedCheck, { reason, durations }: Outcome): boolean {
  return singleSyn === true && reason !== 'connect_timeout' && (durations.connect ?? 0) >= synRepeatMs
}

/** A name that leads out of the cluster stands for the address that was dialled. */
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

/** Text that is equal for sockets that are the same. */
export function socketKey({ address, port, protocol }: Omit<Socket, 'family'>): string {
  return `${protocol}/${address}/${port}`
}

/** Text that is equal for destinations that are the same. */
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
