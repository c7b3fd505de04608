import type { Check } from '../checks/check.ts'
import type { Observation } from '../checks/outcome.ts'
import type { RuleCount } from '../fabric/fabric.ts'
import type { World } from '../fabric/world.ts'
import type { LabSettings } from './settings.ts'

/** The source of a batch of checks; `pod` is `namespace/name`. */
export type Source =
  | { readonly kind: 'pod'; readonly pod: string }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'outside' }

/** A request from the runner to the worker. `world` comes first, and again with every change. */
export type Request =
  | { readonly kind: 'world'; readonly world: World; readonly settings: LabSettings }
  | { readonly kind: 'run'; readonly source: Source; readonly checks: readonly Check[] }
  | { readonly kind: 'overflowed' }
  | { readonly kind: 'admitted'; readonly pod: string }

/** The final response to each request. `run` streams observations first. */
export interface Results {
  readonly world: {
    /** Whether this kernel has IPv6. */
    readonly ipv6: boolean
    /** Listeners that could not be opened, with the reason. */
    readonly refused: readonly string[]
  }
  readonly run: null
  readonly overflowed: readonly string[]
  readonly admitted: readonly RuleCount[]
}

/** Lines from runner to worker: a request, or its cancellation. */
export type WorkerRequest = { readonly id: number; readonly request: Request } | { readonly cancel: number }

/** Lines from worker to runner: a partial response, a response, or an error. */
export type WorkerMessage =
  | { readonly id: number; readonly observations: readonly Observation[] }
  | { readonly id: number; readonly result: Results[Request['kind']] }
  | { readonly id: number; readonly error: string }
