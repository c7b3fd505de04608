import type { Deadline, Ended } from './deadline.ts'
import type { Outcome, Phase, Reason } from './outcome.ts'
import type { Resolver } from './resolver/resolver.ts'
import { conclude, type Trace } from './trace.ts'
import type { Vantage } from './vantage.ts'

/** Says why a literal must not be dialled, in one sentence; undefined when it may. Asked anew before every dial. */
export type Admit = (address: string, port: number) => string | undefined

/** All that one attempt of a check works with. */
export interface Attempt {
  readonly vantage: Vantage
  readonly deadline: Deadline
  readonly resolver: Resolver
  readonly admit: Admit | undefined
  readonly trace: Trace
}

/** What it means that no answer came, by the phase that waited for it. */
const timeouts: Readonly<Record<Phase, Reason>> = {
  admission: 'not_run',
  resolve: 'dns_timeout',
  connect: 'connect_timeout',
  tls: 'tls_timeout',
  request: 'http_timeout',
  response: 'http_timeout',
}

/** The outcome of an attempt that was ended from outside: `not_run` by the caller, else the timeout of its phase. */
export function concludeEnded(trace: Trace, ended: Ended): Outcome {
  if (ended === 'aborted') return conclude(trace, 'not_run', 'the caller ended the check')
  return conclude(trace, timeouts[trace.phase], 'no answer before the deadline')
}

/** Whether an attempt gave an outcome rather than something to go on with. */
export function isOutcome(value: object): value is Outcome {
  return 'reason' in value && 'durations' in value
}
