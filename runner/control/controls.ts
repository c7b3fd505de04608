import type { Family } from '../../checks/vantage.ts'
import type { Socket, SourceKey } from '../plan/planned-check.ts'

/** A control's answer: shown, shown to be otherwise, or not to be had; with the sentence that the report prints. */
export interface ControlResult {
  readonly shown: boolean | undefined
  readonly kind: ControlKind
  readonly sentence: string
}

/** The evidence that a control rests on, in the words of the report's `control` field. */
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

/** What a block has to be held against before it counts (docs/verdicts.md#when-a-block-counts). Pure look-ups over what was measured in this run. */
export interface Controls {
  /** docs/verdicts.md, condition 2: the socket answered in this run, seen from where no policy can interfere. */
  targetAlive(socket: Socket): ControlResult
  /** docs/verdicts.md, condition 3: the source reached something on that node, in that family; `pod`: a pod at its own address, to which not every source has a way. */
  sourceAlive(source: SourceKey, node: string | undefined, family: Family, to?: 'pod'): ControlResult
  /** docs/verdicts.md, condition 4: policies are enforced on that node for that family; undefined node: on every node of the run. */
  enforced(node: string | undefined, family: Family): ControlResult
  /** docs/verdicts.md, condition 4, last sentence: policies know a fresh source; undefined where it is none. */
  known(source: SourceKey): ControlResult | undefined
  /** docs/verdicts.md, condition 5: true where something in between answers every connection of this source, or to this address. */
  intercepted(source: SourceKey, address: string): boolean
  /** Pods (`namespace/name`) whose accept queue overflowed: their silence says nothing. */
  overflowed(pod: string): boolean
}
