import { type Attempt, concludeEnded } from './attempt.ts'
import type { Outcome } from './outcome.ts'
import type { Host, Resolution } from './resolver/resolver.ts'
import { conclude, enter } from './trace.ts'

/** The one literal that is dialled. */
export interface Target {
  readonly address: string
  readonly port: number
}

/** Resolves a host to one literal and asks whether it may be dialled; an outcome when it stops there. At once where nothing must be asked. */
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

/** The refusal of a target that must not be dialled. */
function admitted({ address, port }: Target, { admit, trace }: Attempt): Outcome | undefined {
  trace.seen.address = address
  trace.seen.port = port
  const refusal = admit?.(address, port)
  if (refusal === undefined) return undefined
  enter(trace, 'admission')
  return conclude(trace, 'not_run', refusal)
}
