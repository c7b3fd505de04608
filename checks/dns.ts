import { type Attempt, concludeEnded, isOutcome } from './attempt.ts'
import type { DnsCheck } from './check.ts'
import { remaining } from './deadline.ts'
import type { Outcome } from './outcome.ts'
import { locate } from './resolve-target.ts'
import { type Log, questionsSoFar } from './resolver/ask.ts'
import { dnsPort } from './resolver/exchange.ts'
import { lookup } from './resolver/lookup.ts'
import { patience } from './resolver/resolver.ts'
import { conclude, enter } from './trace.ts'

/**
 * Queries the resolver of the vantage, or the given server, like an application: with the search list, without the
 * hosts file.
 */
export async function runDns(check: DnsCheck, attempt: Attempt): Promise<Outcome> {
  const { trace, vantage, deadline } = attempt
  const conf = vantage.resolvConf()
  const port = check.server === undefined ? dnsPort : (check.port ?? dnsPort)
  const server = check.server === undefined ? undefined : await serverOf({ host: check.server, port }, attempt)
  if (server !== undefined && typeof server !== 'string') return server
  enter(trace, 'resolve')
  const servers = server === undefined ? conf.nameservers : [server]
  const log: Log = { questions: [], pending: undefined }
  const patienceMs = patience(remaining(deadline), servers.length)
  const request = { name: check.name, types: [check.type], conf }
  const found = await lookup(request, { vantage, servers, port, patienceMs }, { log, deadline })
  trace.questions.push(...questionsSoFar(log))
  trace.seen.address = trace.questions.at(-1)?.server
  trace.seen.port = port
  trace.seen.localAddress = log.localAddress
  if (typeof found === 'string') return expired(found, log, attempt)
  trace.seen.records = [...found.records]
  if (found.reason !== 'answered') return conclude(trace, found.reason, found.detail)
  trace.seen.name = found.name
  return conclude(trace, 'answered')
}

async function serverOf(
  at: { readonly host: string; readonly port: number },
  attempt: Attempt,
): Promise<string | Outcome> {
  const target = await locate({ ...at, family: undefined }, attempt)
  return isOutcome(target) ? target : target.address
}

function expired(ended: 'expired' | 'aborted', log: Log, { trace }: Attempt): Outcome {
  if (ended === 'expired' && log.questions.length === 0) {
    return conclude(trace, 'not_run', 'the question was never sent: too many others were waiting for an answer')
  }
  return concludeEnded(trace, ended)
}
