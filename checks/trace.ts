import type { DnsFacts, HttpFacts, Outcome, Phase, Question, Reason, TlsFacts } from './outcome.ts'

/** What one check has observed so far, over all its attempts. Not shared between checks. */
export interface Trace {
  phase: Phase
  /** When the phase started (`performance.now()`). */
  since: number
  attempts: number
  readonly durations: Partial<Record<Phase, number>>
  readonly questions: Question[]
  /** What the current attempt has observed. */
  seen: Seen
  /**
   * The first connection to the current address, over all attempts. The time since then identifies a host that does not
   * exist.
   */
  firstConnect: { readonly address: string; readonly at: number } | undefined
}

interface Seen {
  address?: string
  port?: number
  localAddress?: string
  name?: string
  records?: DnsFacts['records']
  tls?: TlsFacts
  http?: HttpFacts
  reply?: string
}

/** An empty trace; its first phase is `resolve`. */
export function startTrace(): Trace {
  return {
    phase: 'resolve',
    since: performance.now(),
    attempts: 0,
    durations: {},
    questions: [],
    seen: {},
    firstConnect: undefined,
  }
}

/** Starts another attempt. Keeps queries and durations, and clears the observations of the last attempt. */
export function startAttempt(trace: Trace): void {
  trace.attempts++
  trace.phase = 'resolve'
  trace.since = performance.now()
  trace.seen = {}
}

/** Ends the current phase, adds its milliseconds to those of earlier attempts, and enters the next phase. */
export function enter(trace: Trace, phase: Phase): void {
  const now = performance.now()
  trace.durations[trace.phase] = (trace.durations[trace.phase] ?? 0) + now - trace.since
  trace.phase = phase
  trace.since = now
}

/** The outcome of a check that ends in its current phase. */
export function conclude(trace: Trace, reason: Reason, detail?: string): Outcome {
  enter(trace, trace.phase)
  const { name, records, address, port, localAddress, tls, http, reply } = trace.seen
  const outcome: Outcome = { reason, phase: trace.phase, attempts: trace.attempts, durations: rounded(trace.durations) }
  if (detail !== undefined) outcome.detail = detail
  if (address !== undefined) outcome.address = address
  if (port !== undefined) outcome.port = port
  if (localAddress !== undefined) outcome.localAddress = localAddress
  if (tls !== undefined) outcome.tls = tls
  if (http !== undefined) outcome.http = http
  if (reply !== undefined) outcome.reply = reply
  if (trace.questions.length > 0) {
    outcome.dns = { questions: [...trace.questions], records: records ?? [] }
    if (name !== undefined) outcome.dns.name = name
  }
  return outcome
}

/** Microseconds are precise enough, and shorten the JSON. */
function rounded(durations: Trace['durations']): Outcome['durations'] {
  const result: Outcome['durations'] = {}
  for (const phase in durations) {
    const milliseconds = durations[phase as Phase] as number
    result[phase as Phase] = Math.round(milliseconds * 1000) / 1000
  }
  return result
}
