import pLimit from 'p-limit'
import { type Deadline, type Ended, within } from '../deadline.ts'
import type { Question } from '../outcome.ts'
import type { Vantage } from '../vantage.ts'
import { askOverTcp, askOverUdp, type Reply } from './exchange.ts'
import { makeQuery, type QuestionType } from './message.ts'

/** Finished queries, and the one in flight. An aborted check reports the one in flight as unanswered. */
export interface Log {
  readonly questions: Question[]
  pending: { readonly question: Omit<Question, 'rcode' | 'milliseconds'>; readonly since: number } | undefined
  /** The local address of the last socket that sent a query. */
  localAddress?: string
}

export interface Servers {
  readonly vantage: Vantage
  readonly servers: readonly string[]
  /** The port of every server. */
  readonly port: number
  /** Milliseconds for each attempt at each server. */
  readonly patienceMs: number
}

/**
 * Each server is queried in order, and then each once more, because UDP loses packets (resolv.conf(5), `attempts:2`).
 */
const rounds = 2

/** Queries in flight from one vantage. An overloaded resolver drops queries, which would look like "DNS is blocked". */
const inFlight = 50
const limiters = new WeakMap<Vantage, ReturnType<typeof pLimit>>()

/** rcodes for which glibc continues with the next server. */
const passedOn = new Set(['SERVFAIL', 'NOTIMP', 'REFUSED'])

/** Sends one query to the servers in order until one answers. Returns the last reply if none does. */
export async function ask(
  question: { readonly name: string; readonly type: QuestionType },
  { vantage, servers, port, patienceMs }: Servers,
  { log, deadline }: { readonly log: Log; readonly deadline: Deadline },
): Promise<Reply | Ended> {
  let last: Reply = { kind: 'broken', detail: 'resolv.conf names no server' }
  let heard: Reply | undefined
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) {
      const place = await placeInFlight(vantage, deadline)
      if (typeof place === 'string') return place
      const reply = await tryOnce({ ...question, server }, { vantage, port, patienceMs }, { log, deadline }).finally(
        place.leave,
      )
      // A server that responded once was reached. Its response says more than a later timeout.
      if (typeof reply === 'string') return reply === 'expired' ? (heard ?? reply) : reply
      if (reply.kind === 'broken') return heard ?? reply
      if (reply.kind === 'answer' && !passedOn.has(reply.rcode)) return reply
      if (reply.kind === 'answer' || reply.kind === 'malformed') heard = reply
      last = reply
    }
  }
  return heard ?? last
}

/** One attempt at one server, repeated over TCP if the answer was truncated. */
async function tryOnce(
  question: { readonly name: string; readonly type: QuestionType; readonly server: string },
  { vantage, port, patienceMs }: Omit<Servers, 'servers'>,
  { log, deadline }: { readonly log: Log; readonly deadline: Deadline },
): Promise<Reply | Ended> {
  const onLocalAddress = (address: string): void => {
    log.localAddress = address
  }
  const query = makeQuery(question.name, question.type)
  const exchange = { vantage, server: question.server, port, query, patienceMs, onLocalAddress }
  const reply = await record(log, { ...question, transport: 'udp' }, () => askOverUdp(exchange, deadline))
  const truncated = typeof reply === 'object' && reply.kind === 'answer' && reply.truncated
  return truncated ? record(log, { ...question, transport: 'tcp' }, () => askOverTcp(exchange, deadline)) : reply
}

/** The queries so far, with the one in flight as unanswered. */
export function questionsSoFar({ questions, pending }: Log): readonly Question[] {
  if (pending === undefined) return questions
  const milliseconds = performance.now() - pending.since
  return [...questions, { ...pending.question, rcode: 'TIMEOUT', milliseconds: rounded(milliseconds) }]
}

async function record(
  log: Log,
  question: Omit<Question, 'rcode' | 'milliseconds'>,
  exchange: () => Promise<Reply | Ended>,
): Promise<Reply | Ended> {
  const since = performance.now()
  log.pending = { question, since }
  const reply = await exchange()
  log.pending = undefined
  const rcode = typeof reply === 'string' ? 'TIMEOUT' : rcodeOf(reply)
  if (rcode !== undefined) log.questions.push({ ...question, rcode, milliseconds: rounded(performance.now() - since) })
  return reply
}

const silent = { timeout: 'TIMEOUT', unreachable: 'UNREACHABLE', malformed: 'BADRESP', broken: undefined } as const

function rcodeOf(reply: Reply): string | undefined {
  return reply.kind === 'answer' ? reply.rcode : silent[reply.kind]
}

/** Waits, within the deadline, for a free slot. The caller must call `leave`. */
function placeInFlight(vantage: Vantage, deadline: Deadline): Promise<{ readonly leave: () => void } | Ended> {
  let given = false
  return within<{ readonly leave: () => void }>(deadline, (settle) => {
    const hold = (leave: () => void): void => (given ? leave() : settle({ leave }))
    void limiter(vantage)(() => new Promise<void>(hold))
    return () => {
      given = true
    }
  })
}

function limiter(vantage: Vantage): ReturnType<typeof pLimit> {
  const known = limiters.get(vantage) ?? pLimit(inFlight)
  limiters.set(vantage, known)
  return known
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
