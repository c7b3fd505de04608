import type { Fault, LabSettings } from '../settings.ts'

type FaultOf<K extends Fault['kind']> = Extract<Fault, { readonly kind: K }>

/** The first fault of a kind on a pod (`namespace/name`) or node. */
export function faultOf<K extends Fault['kind']>(kind: K, on: string, settings: LabSettings): FaultOf<K> | undefined {
  return settings.faults.find(
    (fault): fault is FaultOf<K> => fault.kind === kind && ('pod' in fault ? fault.pod : fault.node) === on,
  )
}

/** Whether there is such a fault. */
export const isBroken = (kind: Fault['kind'], on: string, settings: LabSettings): boolean =>
  faultOf(kind, on, settings) !== undefined
