import type { Check } from '../checks/check.ts'
import type { Observation } from '../checks/outcome.ts'
import type { RuleCount } from '../fabric/fabric.ts'
import type { World } from '../fabric/world.ts'
import type { LabSettings } from './settings.ts'

/** Where a batch of checks runs; `pod` is `namespace/name`. */
export type Source =
  | { readonly kind: 'pod'; readonly pod: string }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'outside' }

/** What the runner asks of the worker. `world` comes first and again with every change. */
export type Request =
  | { readonly kind: 'world'; readonly world: World; readonly settings: LabSettings }
  | { readonly kind: 'run'; readonly source: Source; readonly checks: readonly Check[] }
  | { readonly kind: 'overflowed' }
  | { readonly kind: 'admitted'; readonly pod: string }

/** What each request is answered with in the end; `run` streams observations before. */
export interface Results {
  readonly world: {
    /** Whether this kernel has IPv6. */
    readonly ipv6: boolean
    /** Listeners that could not be opened, and why. */
    readonly refused: readonly string[]
  }
  readonly run: null
  readonly overflowed: readonly string[]
  readonly admitted: readonly RuleCount[]
}

/** Lines from runner to worker: a request, or the end of one. */
export type WorkerRequest = { readonly id: number; readonly request: Request } | { readonly cancel: number }

/** Lines from worker to runner: part of an answer, an answer, or why there is none. */
export type WorkerMessage =
  | { readonly id: number; readonly observations: readonly Observation[] }
  | { readonly id: number; readonly result: Results[Request['kind']] }
  | { readonly id: number; readonly error: string }
