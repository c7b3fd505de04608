import type { Outcome, Phase, Reason } from '../../checks/outcome.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Place, Protocol } from '../../policy/types.ts'
import type { ControlResult } from '../control/controls.ts'
import type { Evidence } from '../predict/evidence.ts'

/** `predicted`: judged by the engine alone, which is never a pass. `skipped`: the scenario says so. */
export const statuses = ['pass', 'fail', 'inconclusive', 'predicted', 'skipped'] as const
export type Status = (typeof statuses)[number]

/** Why a path did not pass, or what is remarkable about its pass; `docs/verdicts.md` has a paragraph for each. */
export const causes = [
  // what packets did is not what the scenario wants
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
  // a pass that somebody should look at
  'unenforced',
  // nothing is known
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

/** What packets did on a whole path: `partly` when its addresses differ. */
export type Seen = 'open' | 'blocked' | 'partly' | 'unknown'

/** What was seen at one address behind the target. */
export interface EndpointResult {
  /** The literal, or the name that was dialled as the application would. */
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly family?: Family
  /** `namespace/name` of the pod that has it, its UID, and its node. */
  readonly pod?: string
  readonly uid?: string
  readonly node?: string
  readonly ready?: boolean
  /** `namespace/name` of the Service whose virtual address it is. */
  readonly service?: string
  readonly state: 'open' | 'leak' | 'blocked' | 'unknown'
  readonly reason: Reason
  readonly phase: Phase
  /** New connections that got through, of how many, and how many of these did not run. */
  readonly open: number
  readonly of: number
  readonly notRun: number
}

/** Where the source's probe ran. */
export interface SourceResult {
  /** `namespace/name` of its pod, and that pod's UID. */
  readonly pod?: string
  readonly uid?: string
  readonly node?: string
  /** Its own addresses. */
  readonly addresses?: readonly string[]
  /** The digest of its image. */
  readonly image?: string
  readonly note?: string
}

/** The answer from one of several places in which a source is. */
export interface PlaceResult {
  /** `node n1`, `pods db-0, db-1`. */
  readonly place: string
  readonly status: Status
  readonly seen: Seen
  readonly predicted?: Predicted['verdict']
  readonly source?: SourceResult
}

/** What the engine says of a path. */
export interface Predicted {
  readonly verdict: 'allow' | 'deny' | 'undefined'
  /** One sentence per policy or rule that makes it so. */
  readonly evidence: Evidence
  /** Rules of docs/semantics.md that leave it open, or that it rests on. */
  readonly rules?: readonly number[]
}

/** One line of the report: one source, one target, one family. */
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
  /** The observation that decided. */
  readonly observed?: Outcome
  /** The DNS result that stands beside a path judged by address. */
  readonly lookup?: Outcome
  readonly endpoints: readonly EndpointResult[]
  /** Evidence without which a block would not count. */
  readonly control: readonly ControlResult[]
  /** Sentences for people: first what is the matter, then why, then what to change. */
  readonly explanation: readonly string[]
  /** The command that explains the path policy by policy and offers a fix. */
  readonly fix?: string
  readonly source?: SourceResult
  /** Of a source whose pods differ: the answers from each place; what stands beside them is that of the worst. */
  readonly places?: readonly PlaceResult[]
  readonly place: Place
}

/** Exit codes (docs/reference/cli.md#exit-codes). */
export const exitCodes = { pass: 0, fail: 1, usage: 2, inconclusive: 3, broken: 4 } as const
