import type { Admit, Attempt } from './attempt.ts'
import type { Check, CheckKindName } from './check.ts'
import { closeDeadline, startDeadline } from './deadline.ts'
import { type CheckKind, checkKinds } from './kinds.ts'
import type { Observation, Outcome, Reason } from './outcome.ts'
import { createResolver, type Resolver } from './resolver/resolver.ts'
import { conclude, startAttempt, startTrace } from './trace.ts'
import type { Vantage } from './vantage.ts'

export interface RunOptions {
  /** An abort ends the check immediately, as `not_run`. */
  readonly signal: AbortSignal
  /** Called for every literal before a connection, again at each redirect. */
  readonly admit?: Admit
  /** The batch's resolver (`createResolver`), so that its checks share queries; a new one when absent. */
  readonly resolver?: Resolver
}

/** Reasons after which there is no further attempt: the path is open, or the result cannot be determined. */
const final: ReadonlySet<Reason> = new Set<Reason>(['connected', 'answered', 'udp_answered', 'not_run'])

/**
 * Runs a check within its deadline, which its attempts share equally. Never rejects: an internal error is the outcome
 * `not_run`.
 */
export async function runCheck(check: Check, vantage: Vantage, options: RunOptions): Promise<Observation> {
  const { signal, admit, resolver = createResolver(vantage) } = options
  const { load } = checkKinds[check.kind]
  // If loading fails, it fails again in the attempt, which reports the error.
  if (load !== undefined) await load().catch(() => undefined)
  const startedAt = Date.now()
  const trace = startTrace()
  const observed = (outcome: Outcome): Observation => ({ id: check.id, startedAt, outcome })
  if (signal.aborted) return observed(conclude(trace, 'not_run', 'the caller ended the check'))
  for (;;) {
    const exact = check.kind === 'tcp' && check.exactDeadline === true
    const deadline = startDeadline(check.deadlineMs / check.attempts, signal, exact)
    startAttempt(trace)
    try {
      const outcome = await runAttempt(check, { vantage, deadline, resolver, admit, trace })
      if (final.has(outcome.reason) || trace.attempts >= check.attempts) return observed(outcome)
    } catch (error) {
      return observed(conclude(trace, 'not_run', error instanceof Error ? error.message : String(error)))
    } finally {
      closeDeadline(deadline)
    }
  }
}

/** TypeScript cannot infer that a check's kind selects the matching entry. */
function runAttempt(check: Check, attempt: Attempt): Promise<Outcome> {
  const kind = checkKinds[check.kind] as CheckKind<CheckKindName>
  return kind.run(check as never, attempt)
}
