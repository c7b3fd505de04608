import type { Pod, Service } from '../../fabric/world.ts'
import type { Undeclared } from '../plan/listeners.ts'
import { type AddressDestination, familyOf, type PlannedCheck, type Socket } from '../plan/planned-check.ts'
import { type Finding, unknownFinding } from './cell.ts'
import type { MatrixOptions, Port } from './selection.ts'

/** How a cell is answered: by one connection, by connections to a Service and its endpoints, or without any connection. */
export type Question =
  | { readonly kind: 'pod'; readonly plannedCheck: PlannedCheck }
  | {
      readonly kind: 'service'
      readonly virtual?: PlannedCheck
      readonly endpoints: readonly PlannedCheck[]
      readonly undeclared: Undeclared
    }
  | { readonly kind: 'answered'; readonly finding: Finding }

export interface PlannedCell extends Port {
  readonly from: Pod
  readonly to: { readonly kind: 'pod'; readonly pod: Pod } | { readonly kind: 'service'; readonly service: Service }
  readonly question: Question
}

/** Returns the check from a source to a destination. */
export type PlanCheckTo = (from: Pod, destination: AddressDestination) => PlannedCheck

/** The address that the source can connect to, or why there is none. */
export function socketBetween(
  from: Pod,
  addresses: readonly string[],
  { port, protocol, family }: Port & Pick<MatrixOptions, 'family'>,
): Socket | Finding {
  if (protocol === 'SCTP') return unknownFinding('sctp', 'SCTP is not dialled: nothing is known of it')
  if (from.addresses.length === 0) return unknownFinding('no_address', `the source ${nameOf(from)} has no address`)
  if (addresses.length === 0) return unknownFinding('no_address', 'the target has no address')
  const families = new Set(from.addresses.map(familyOf))
  const address = addresses.find(
    (each) => families.has(familyOf(each)) && (family ?? familyOf(each)) === familyOf(each),
  )
  if (address !== undefined) return { address, port, protocol, family: familyOf(address) }
  const asked = family === undefined ? 'of a common family' : `for IPv${family}`
  return unknownFinding('no_address', `source and target have no addresses ${asked}`)
}

export function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`
}
