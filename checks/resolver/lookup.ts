import type { Deadline, Ended } from '../deadline.ts'
import type { Reason } from '../outcome.ts'
import type { ResolvConf } from '../vantage.ts'
import { ask, type Log, type Servers } from './ask.ts'
import type { Reply } from './exchange.ts'
import type { DnsRecord, QuestionType } from './message.ts'
import { isAskable, searchCandidates } from './search.ts'

export type LookupFailure = Extract<Reason, `dns_${string}` | 'not_run'>

/** The result of searching one name: the records of the first candidate that has any, or why none has. */
export type Lookup =
  | {
      readonly reason: 'answered'
      readonly name: string
      readonly type: QuestionType
      readonly records: readonly DnsRecord[]
    }
  | { readonly reason: LookupFailure; readonly detail: string; readonly records: readonly DnsRecord[] }

type Failed = Exclude<Lookup, { reason: 'answered' }>

export interface LookupRequest {
  readonly name: string
  /** Queried in order until one has records: A, then AAAA. */
  readonly types: readonly QuestionType[]
  readonly conf: Pick<ResolvConf, 'search' | 'ndots'>
}

const rcodeReasons: Readonly<Record<string, LookupFailure>> = {
  NXDOMAIN: 'dns_nxdomain',
  SERVFAIL: 'dns_servfail',
  REFUSED: 'dns_refused',
}

const silentReasons = {
  timeout: 'dns_timeout',
  unreachable: 'dns_unreachable',
  malformed: 'dns_badresp',
  broken: 'not_run',
} as const

/** What glibc's search does after a candidate failed: try the next one, try only the name itself, or stop. */
const afterwards: Readonly<Record<LookupFailure, 'next' | 'as-is' | 'stop'>> = {
  dns_nxdomain: 'next',
  dns_nodata: 'next',
  dns_servfail: 'next',
  dns_refused: 'as-is',
  dns_badresp: 'as-is',
  dns_timeout: 'as-is',
  dns_unreachable: 'stop',
  not_run: 'stop',
}

/**
 * Queries the candidates of the search list in glibc's order and decides like its `res_search`. Never rejects because
 * of the network.
 */
export async function lookup(
  request: LookupRequest,
  servers: Servers,
  progress: { readonly log: Log; readonly deadline: Deadline },
): Promise<Lookup | Ended> {
  const failed: { readonly asIsFirst: boolean; readonly failure: Failed }[] = []
  const candidates = searchCandidates(request.name, request.conf).filter((candidate) => isAskable(candidate.name))
  let onlyAsIs = false
  for (const [index, candidate] of candidates.entries()) {
    if (onlyAsIs && !candidate.asIs) continue
    const found = await lookupCandidate({ name: candidate.name, types: request.types }, servers, progress)
    if (typeof found === 'string' || found.reason === 'answered') return found
    failed.push({ asIsFirst: candidate.asIs && index === 0, failure: found })
    if (afterwards[found.reason] === 'stop') return found
    onlyAsIs = afterwards[found.reason] === 'as-is' && !candidate.asIs
  }
  return (
    decisive(failed) ?? { reason: 'not_run', detail: `${request.name} is not a name that DNS can carry`, records: [] }
  )
}

/**
 * glibc: the result of the name itself if it was queried first, else "no data" if any candidate exists, else SERVFAIL,
 * else the last.
 */
function decisive(failed: readonly { readonly asIsFirst: boolean; readonly failure: Failed }[]): Failed | undefined {
  const failures = failed.map(({ failure }) => failure)
  if (failed[0]?.asIsFirst) return failures[0]
  return (
    failures.find(({ reason }) => reason === 'dns_nodata') ??
    failures.find(({ reason }) => reason === 'dns_servfail') ??
    failures.at(-1)
  )
}

async function lookupCandidate(
  { name, types }: { readonly name: string; readonly types: readonly QuestionType[] },
  servers: Servers,
  progress: { readonly log: Log; readonly deadline: Deadline },
): Promise<Lookup | Ended> {
  let failed: Failed | undefined
  for (const type of types) {
    const reply = await ask({ name, type }, servers, progress)
    if (typeof reply === 'string') return reply
    const found = read(reply, name, type)
    if (found.reason !== 'dns_nodata') return found
    failed = found
  }
  return failed ?? { reason: 'not_run', detail: 'no record type was asked for', records: [] }
}

function read(reply: Reply, name: string, type: QuestionType): Lookup {
  if (reply.kind !== 'answer') {
    const detail = reply.kind === 'timeout' ? 'no server answered' : reply.detail
    return { reason: silentReasons[reply.kind], detail: `${name} ${type}: ${detail}`, records: [] }
  }
  const { rcode, records } = reply
  if (rcode !== 'NOERROR') {
    return { reason: rcodeReasons[rcode] ?? 'dns_badresp', detail: `${name} ${type}: ${rcode}`, records }
  }
  const owners = aliases(name, records)
  const has = records.some((record) => record.type === type && owners.has(record.name.toLowerCase()))
  if (has) return { reason: 'answered', name, type, records }
  return { reason: 'dns_nodata', detail: `${name} exists and has no ${type} record`, records }
}

/**
 * The name and the targets of its CNAME records (RFC 1034 §3.6.2). A stub resolver follows only records of the answer.
 */
export function aliases(name: string, records: readonly DnsRecord[]): ReadonlySet<string> {
  const next = new Map(
    records
      .filter(({ type }) => type === 'CNAME')
      .map((record) => [record.name.toLowerCase(), record.data.toLowerCase()]),
  )
  const names = new Set<string>()
  for (let at: string | undefined = name.toLowerCase(); at !== undefined && !names.has(at); at = next.get(at))
    names.add(at)
  return names
}
