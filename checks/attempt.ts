import type { Deadline, Ended } from './deadline.ts'
import type { Outcome, Phase, Reason } from './outcome.ts'
import type { Resolver } from './resolver/resolver.ts'
import { conclude, type Trace } from './trace.ts'
import type { Vantage } from './vantage.ts'

/**
 * Why a connection to a literal is not allowed, in one sentence; undefined if it is. Called before every connection.
 */
export type Admit = (address: string, port: number) => string | undefined

/** The state of one attempt of a check. */
export interface Attempt {
  readonly vantage: Vantage
  readonly deadline: Deadline
  readonly resolver: Resolver
  readonly admit: Admit | undefined
  readonly trace: Trace
}

/** The reason for a missing response, by the phase that waited for it. */
const timeouts: Readonly<Record<Phase, Reason>> = {
  admission: 'not_run',
  resolve: 'dns_timeout',
  connect: 'connect_timeout',
  tls: 'tls_timeout',
  request: 'http_timeout',
  response: 'http_timeout',
}

/**
 * The outcome of an attempt that was ended from outside: `not_run` if the caller aborted, else the timeout of the
 * phase.
 */
export function concludeEnded(trace: Trace, ended: Ended): Outcome {
  if (ended === 'aborted') return conclude(trace, 'not_run', 'the caller ended the check')
  return conclude(trace, timeouts[trace.phase], 'no answer before the deadline')
}

/** Whether an attempt returned an outcome, not an intermediate result. */
export function isOutcome(value: object): value is Outcome {
  return 'reason' in value && 'durations' in value
}
