import type { Family } from '../../checks/vantage.ts'
import type { Socket, SourceKey } from '../plan/planned-check.ts'

/** The result of a control: shown, disproved, or undefined if there is no evidence; with the sentence for the report. */
export interface ControlResult {
  readonly shown: boolean | undefined
  readonly kind: ControlKind
  readonly sentence: string
}

/** The kind of evidence of a control, as in the report's `control` field. */
export type ControlKind =
  | 'canary'
  | 'inside'
  | 'stand-in'
  | 'readiness'
  | 'port-forward'
  | 'endpoint'
  | 'other-path'
  | 'canary-listener'
  | 'egress-policy'
  | 'closed-port'
  | 'none'

/** The controls that a block needs before it counts (docs/verdicts.md#when-a-block-counts). Pure lookups in the measurements of this run. */
export interface Controls {
  /** docs/verdicts.md#condition-2: the socket answered in this run, in a place where no policy can interfere. */
  targetAlive(socket: Socket): ControlResult
  /**
   * docs/verdicts.md#condition-3: the source reached something on that node in that family. `pod`: it reached a pod at the pod's address, for which
   * not every source has a route.
   */
  sourceAlive(source: SourceKey, node: string | undefined, family: Family, to?: 'pod'): ControlResult
  /** docs/verdicts.md#condition-4: policies are enforced on that node for that family; without a node, on every node of the run. */
  enforced(node: string | undefined, family: Family): ControlResult
  /** docs/verdicts.md#condition-4, last sentence: policies know a fresh source; undefined if the source is not fresh. */
  known(source: SourceKey): ControlResult | undefined
  /** docs/verdicts.md#condition-5: true if something in between answers every connection of this source, or to this address. */
  intercepted(source: SourceKey, address: string): boolean
  /** Whether the accept queue of a pod (`namespace/name`) overflowed. Its timeouts are no evidence then. */
  overflowed(pod: string): boolean
}
