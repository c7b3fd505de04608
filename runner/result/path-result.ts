import type { Outcome, Phase, Reason } from '../../checks/outcome.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Place, Protocol } from '../../policy/types.ts'
import type { ControlResult } from '../control/controls.ts'
import type { Evidence } from '../predict/evidence.ts'

/** `predicted`: judged by the engine alone, which is never a pass. `skipped`: the scenario says so. */
export const statuses = ['pass', 'fail', 'inconclusive', 'predicted', 'skipped'] as const
export type Status = (typeof statuses)[number]

/** Why a path did not pass, or what is notable about a pass; `docs/verdicts.md` has a paragraph for each. */
export const causes = [
  // the observation contradicts the expectation
  'policy',
  'enforcement',
  'open',
  'leak',
  'blocked',
  'partly_open',
  'dns',
  'not_listening',
  'target_gone',
  'no_such_name',
  'no_such_port',
  'no_endpoints',
  'service',
  'tls',
  'http',
  'closed',
  'answer',
  'unexpected_pass',
  // a pass that needs attention
  'unenforced',
  // the result is unknown
  'unexplained_block',
  'not_run',
  'self',
  'no_control',
  'no_route',
  'source_dead',
  'source_missing',
  'not_enforced',
  'late_policies',
  'intercepted',
  'overflow',
  'not_simulated',
  'world_changed',
] as const
export type Cause = (typeof causes)[number]

/** The observation of a whole path; `partly` if its addresses differ. */
export type Seen = 'open' | 'blocked' | 'partly' | 'unknown'

/** The observation at one address of the target. */
export interface EndpointResult {
  /** The IP address, or the name that the check used as the application would. */
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly family?: Family
  /** `namespace/name` of the pod with this address, its UID, and its node. */
  readonly pod?: string
  readonly uid?: string
  readonly node?: string
  readonly ready?: boolean
  /** `namespace/name` of the Service with this virtual address. */
  readonly service?: string
  readonly state: 'open' | 'leak' | 'blocked' | 'unknown'
  readonly reason: Reason
  readonly phase: Phase
  /** How many new connections succeeded, out of how many, and how many more did not run. */
  readonly open: number
  readonly of: number
  readonly notRun: number
}

/** Where the source's probe ran. */
export interface SourceResult {
  /** `namespace/name` of the probe's pod, and its UID. */
  readonly pod?: string
  readonly uid?: string
  readonly node?: string
  /** The addresses of the probe. */
  readonly addresses?: readonly string[]
  /** The digest of the probe's image. */
  readonly image?: string
  readonly note?: string
}

/** The result from one of several places of a source. */
export interface PlaceResult {
  /** `node n1`, `pods db-0, db-1`. */
  readonly place: string
  readonly status: Status
  readonly seen: Seen
  readonly predicted?: Predicted['verdict']
  readonly source?: SourceResult
}

/** The prediction of the engine for a path. */
export interface Predicted {
  readonly verdict: 'allow' | 'deny' | 'undefined'
  /** One sentence per policy or rule behind the verdict. */
  readonly evidence: Evidence
  /** Rules of docs/semantics.md that make the verdict unknown, or that it depends on. */
  readonly rules?: readonly number[]
}

/** One entry of the report: one source, one target, one family. */
export interface PathResult {
  /** Counts from 0 in the order of the scenario files. */
  readonly index: number
  readonly scenario: string
  readonly step?: string
  readonly name?: string
  readonly from: string
  readonly to: string
  readonly family?: Family
  readonly why?: string
  readonly tags: readonly string[]
  readonly closedWorld: boolean
  /** `allowed`, `blocked`, `NXDOMAIN`, `status 200`, … */
  readonly expect: string
  readonly status: Status
  readonly cause?: Cause
  readonly seen: Seen
  readonly predicted?: Predicted
  /** The deciding observation. */
  readonly observed?: Outcome
  /** The DNS lookup of a path that is judged by address. */
  readonly lookup?: Outcome
  readonly endpoints: readonly EndpointResult[]
  /** The controls without which a block does not count. */
  readonly control: readonly ControlResult[]
  /** Sentences for users: first the problem, then the reason, then what to change. */
  readonly explanation: readonly string[]
  /** The command that explains the path policy by policy and offers a fix. */
  readonly fix?: string
  readonly source?: SourceResult
  /** For a source whose pods differ: the result of each place. The other fields are those of the worst place. */
  readonly places?: readonly PlaceResult[]
  readonly place: Place
}

/** Exit codes (docs/reference/cli.md#exit-codes). */
export const exitCodes = { pass: 0, fail: 1, usage: 2, inconclusive: 3, broken: 4 } as const
