import type { Admit, Attempt } from './attempt.ts'
import type { Check, CheckKindName } from './check.ts'
import { closeDeadline, startDeadline } from './deadline.ts'
import { type CheckKind, checkKinds } from './kinds.ts'
import type { Observation, Outcome, Reason } from './outcome.ts'
import { createResolver, type Resolver } from './resolver/resolver.ts'
import { conclude, startAttempt, startTrace } from './trace.ts'
import type { Vantage } from './vantage.ts'

export interface RunOptions {
  /** Aborting ends the check at once, as `not_run`. */
  readonly signal: AbortSignal
  /** Asked for every literal before it is dialled, at each redirect anew. */
  readonly admit?: Admit
  /** The batch's resolver (`createResolver`), so that its checks share questions; one of the check's own when absent. */
  readonly resolver?: Resolver
}

/** After these no further attempt is made: it is open, or nothing can be known. */
const final: ReadonlySet<Reason> = new Set<Reason>(['connected', 'answered', 'udp_answered', 'not_run'])

/** Runs a check within its deadline, which its attempts share equally; never rejects: what goes wrong is the outcome `not_run`. */
export async function runCheck(check: Check, vantage: Vantage, options: RunOptions): Promise<Observation> {
  const { signal, admit, resolver = createResolver(vantage) } = options
  const { load } = checkKinds[check.kind]
  // What fails to load fails again in the attempt, which tells it.
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

/** TypeScript cannot see that a check's kind finds the entry that takes it. */
function runAttempt(check: Check, attempt: Attempt): Promise<Outcome> {
  const kind = checkKinds[check.kind] as CheckKind<CheckKindName>
  return kind.run(check as never, attempt)
}
