import type { ClusterFacts } from '../../fabric/fabric.ts'
import type { CanaryResult } from '../control/canary.ts'
import type { Enforcement } from './enforcement.ts'
import type { PathResult } from './path-result.ts'

/** Who ran what, where and when: enough to repeat it. */
export interface RunHead {
  /** Random, one per run. */
  readonly id: string
  /** ISO 8601, UTC. */
  readonly start: string
  readonly where: 'lab' | 'cluster' | 'predicted'
  /** The version of Crosscheck. */
  readonly tool: string
  readonly scenarios: readonly {
    readonly name: string
    readonly file: string
    readonly paths: number
    readonly sha256: string
  }[]
}

export interface Summary {
  readonly pass: number
  readonly fail: number
  readonly inconclusive: number
  readonly predicted: number
  readonly skipped: number
  readonly seconds: number
  /** Ctrl-C: the paths that were not judged before count as inconclusive. */
  readonly interrupted: boolean
}

/** The policies that were in force, for an auditor. */
export interface PolicyRef {
  readonly namespace: string
  readonly name: string
  readonly uid?: string
  readonly resourceVersion?: string
}

/** Everything that reporters know; they are pure functions of these events. */
export type RunEvent =
  | { readonly kind: 'start'; readonly head: RunHead; readonly total: number }
  /** A scenario's fabric is up. */
  | {
      readonly kind: 'fabric'
      readonly scenario: string
      readonly description: string
      readonly policies: readonly PolicyRef[]
      readonly notSimulated: readonly string[]
      /** What the manifests do not have and is there all the same, in a few words each. */
      readonly assumed?: readonly string[]
      readonly cluster?: ClusterFacts
    }
  | { readonly kind: 'canary'; readonly scenario: string; readonly results: readonly CanaryResult[] }
  /** Something that concerns many paths, told once at the top of the report. */
  | { readonly kind: 'notice'; readonly scenario?: string; readonly message: string }
  /** How long the cluster took to do what its policies say after a step's change. */
  | {
      readonly kind: 'enforced'
      readonly scenario: string
      readonly step: string
      readonly enforcement: Enforcement
    }
  /** What the run is doing now, for a terminal. */
  | { readonly kind: 'doing'; readonly scenario: string; readonly what: string }
  | { readonly kind: 'path'; readonly result: PathResult }
  | { readonly kind: 'end'; readonly end: string; readonly summary: Summary }

export type Emit = (event: RunEvent) => void
