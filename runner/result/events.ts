import type { ClusterFacts } from '../../fabric/fabric.ts'
import type { CanaryResult } from '../control/canary.ts'
import type { Enforcement } from './enforcement.ts'
import type { PathResult } from './path-result.ts'

/** What ran, where and when: enough to repeat the run. */
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
  /** Ctrl-C. Paths without a result count as inconclusive. */
  readonly interrupted: boolean
}

/** The policies that were in force, for audits. */
export interface PolicyRef {
  readonly namespace: string
  readonly name: string
  readonly uid?: string
  readonly resourceVersion?: string
}

/** The events of a run. Reporters are pure functions of them. */
export type RunEvent =
  | { readonly kind: 'start'; readonly head: RunHead; readonly total: number }
  /** The fabric of a scenario is ready. */
  | {
      readonly kind: 'fabric'
      readonly scenario: string
      readonly description: string
      readonly policies: readonly PolicyRef[]
      readonly notSimulated: readonly string[]
      /** What exists although the manifests do not contain it, in a few words each. */
      readonly assumed?: readonly string[]
      readonly cluster?: ClusterFacts
    }
  | { readonly kind: 'canary'; readonly scenario: string; readonly results: readonly CanaryResult[] }
  /** A notice that concerns many paths, shown once at the top of the report. */
  | { readonly kind: 'notice'; readonly scenario?: string; readonly message: string }
  /** How long the cluster took to enforce its policies after a step's change. */
  | {
      readonly kind: 'enforced'
      readonly scenario: string
      readonly step: string
      readonly enforcement: Enforcement
    }
  /** The current activity of the run, for a terminal. */
  | { readonly kind: 'doing'; readonly scenario: string; readonly what: string }
  | { readonly kind: 'path'; readonly result: PathResult }
  | { readonly kind: 'end'; readonly end: string; readonly summary: Summary }

export type Emit = (event: RunEvent) => void
