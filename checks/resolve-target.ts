import { type Attempt, concludeEnded } from './attempt.ts'
import type { Outcome } from './outcome.ts'
import type { Host, Resolution } from './resolver/resolver.ts'
import { conclude, enter } from './trace.ts'

/** The literal that the check connects to. */
export interface Target {
  readonly address: string
  readonly port: number
}

/**
 * Resolves a host to one literal and checks whether a connection to it is allowed. Returns an outcome if not.
 * Synchronous if no query is needed.
 */
export function locate(
  { host, family, port }: Host & { readonly port: number },
  attempt: Attempt,
): Promise<Target | Outcome> | Target | Outcome {
  enter(attempt.trace, 'resolve')
  const resolution = attempt.resolver({ host, family }, attempt.deadline)
  if (resolution instanceof Promise) return resolution.then((found) => located(found, port, attempt))
  return located(resolution, port, attempt)
}

function located(resolution: Resolution, port: number, attempt: Attempt): Target | Outcome {
  const { trace } = attempt
  for (const question of resolution.questions) if (!trace.questions.includes(question)) trace.questions.push(question)
  if (resolution.name !== undefined) trace.seen.name = resolution.name
  if (resolution.records !== undefined) trace.seen.records = [...resolution.records]
  const { result } = resolution
  if (result.kind === 'ended') return concludeEnded(trace, result.ended)
  if (result.kind === 'failed') return conclude(trace, result.reason, result.detail)
  const target = { address: result.address, port }
  return admitted(target, attempt) ?? target
}

/** The outcome for a target that is refused; undefined if a connection is allowed. */
function admitted({ address, port }: Target, { admit, trace }: Attempt): Outcome | undefined {
  trace.seen.address = address
  trace.seen.port = port
  const refusal = admit?.(address, port)
  if (refusal === undefined) return undefined
  enter(trace, 'admission')
  return conclude(trace, 'not_run', refusal)
}
