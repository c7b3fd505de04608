import type { DnsFacts, HttpFacts, Outcome, Phase, Question, Reason, TlsFacts } from './outcome.ts'

/** What one check has seen so far, over all its attempts. It belongs to that check alone. */
export interface Trace {
  phase: Phase
  /** When the phase was entered (`performance.now()`). */
  since: number
  attempts: number
  readonly durations: Partial<Record<Phase, number>>
  readonly questions: Question[]
  /** What the present attempt has found. */
  seen: Seen
  /** The first dial of the present address, over all attempts: an absent host is known by the time since then. */
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

/** Begins another attempt: the questions and durations stay, what the last attempt found is forgotten. */
export function startAttempt(trace: Trace): void {
  trace.attempts++
  trace.phase = 'resolve'
  trace.since = performance.now()
  trace.seen = {}
}

/** Ends the present phase, adding its milliseconds to those of earlier attempts, and enters the next one. */
export function enter(trace: Trace, phase: Phase): void {
  const now = performance.now()
  trace.durations[trace.phase] = (trace.durations[trace.phase] ?? 0) + now - trace.since
  trace.phase = phase
  trace.since = now
}

/** The outcome of a check that ends here, in its present phase. */
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

/** Microseconds are enough, and keep the wire free of seventeen digits. */
function rounded(durations: Trace['durations']): Outcome['durations'] {
  const result: Outcome['durations'] = {}
  for (const phase in durations) {
    const milliseconds = durations[phase as Phase] as number
    result[phase as Phase] = Math.round(milliseconds * 1000) / 1000
  }
  return result
}
