import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { type Deadline, type Ended, endDeadline, remaining, startDeadline, within } from '../deadline.ts'
import type { Question } from '../outcome.ts'
import type { Family, Vantage } from '../vantage.ts'
import { type Log, questionsSoFar } from './ask.ts'
import { dnsPort } from './exchange.ts'
import { aliases, type Lookup, type LookupFailure, lookup } from './lookup.ts'
import type { DnsRecord } from './message.ts'

/** The result for a host: one literal, or why there is none, with every query that was sent. */
export interface Resolution {
  readonly result:
    | { readonly kind: 'address'; readonly address: string }
    | { readonly kind: 'failed'; readonly reason: LookupFailure; readonly detail: string }
    | { readonly kind: 'ended'; readonly ended: Ended }
  readonly questions: readonly Question[]
  readonly name?: string
  readonly records?: readonly DnsRecord[]
}

export interface Host {
  readonly host: string
  readonly family?: Family | undefined
}

/** Resolves a host within the deadline. Never rejects because of the network. */
export type Resolver = (host: Host, deadline: Deadline) => Promise<Resolution> | Resolution

/** A lookup that several checks may wait for. It ends when there are no more waiters. */
interface Job {
  readonly log: Log
  readonly deadline: Deadline
  readonly done: Promise<{ readonly found: Lookup | Ended }>
  waiters: number
}

/** Two attempts at each server must fit into the check's time. glibc's limit is 5 s per attempt. */
const maxPatienceMs = 5_000
/** A little less than the whole budget, so that the resolver's result comes before the deadline. */
const usedPart = 0.9
const minPatienceMs = 5

/**
 * A resolver for one batch of checks. Concurrent checks of the same name share queries. Authoritative results (records,
 * NXDOMAIN, no data) are cached for the batch. Failures are queried again.
 */
export function createResolver(vantage: Vantage): Resolver {
  const jobs = new Map<string, Job>()
  let hosts: ReturnType<Vantage['hosts']> | undefined
  return (host, deadline) => literal(host) ?? fromHosts(host, known()) ?? shared(host, deadline)

  function known(): ReturnType<Vantage['hosts']> {
    hosts ??= vantage.hosts()
    return hosts
  }

  async function shared(host: Host, deadline: Deadline): Promise<Resolution> {
    const key = `${host.family ?? ''}|${host.host.toLowerCase()}`
    for (;;) {
      const known = jobs.get(key)
      const job = known ?? begin(host, remaining(deadline))
      if (known === undefined) keep(key, job)
      const done = await join(job, deadline)
      if (job.waiters === 0 && typeof done === 'string') jobs.delete(key)
      const resolution = conclude(job, done, host.family)
      // A waiter that joined later must not get the timeout of an earlier waiter with less time.
      if (known === undefined || !isTimeout(resolution) || remaining(deadline) < 2 * minPatienceMs) return resolution
    }
  }

  function keep(key: string, job: Job): void {
    jobs.set(key, job)
    void job.done.then(({ found }) => {
      const vouched = typeof found === 'object' && ['answered', 'dns_nxdomain', 'dns_nodata'].includes(found.reason)
      if (!vouched && jobs.get(key) === job) jobs.delete(key)
    })
  }

  function begin(host: Host, budgetMs: number): Job {
    const conf = vantage.resolvConf()
    const log: Log = { questions: [], pending: undefined }
    const deadline = startDeadline(undefined)
    const servers = {
      vantage,
      servers: conf.nameservers,
      port: dnsPort,
      patienceMs: patience(budgetMs, conf.nameservers.length),
    }
    const types = host.family === undefined ? (['A', 'AAAA'] as const) : ([host.family === 4 ? 'A' : 'AAAA'] as const)
    const done = lookup({ name: host.host, types, conf }, servers, { log, deadline }).then(
      (found) => ({ found }),
      (error: unknown) => ({ found: { reason: 'not_run' as const, detail: String(error), records: [] } }),
    )
    return { log, deadline, done, waiters: 0 }
  }
}

/** Milliseconds per attempt, so that each server can be tried twice within the budget. */
export function patience(budgetMs: number, servers: number): number {
  return Math.max(minPatienceMs, Math.min(maxPatienceMs, (usedPart * budgetMs) / (2 * Math.max(1, servers))))
}

async function join(job: Job, deadline: Deadline): Promise<{ readonly found: Lookup | Ended } | Ended> {
  job.waiters++
  const done = await within<{ readonly found: Lookup | Ended }>(deadline, (settle) => {
    void job.done.then(settle)
    return () => {}
  })
  job.waiters--
  return done
}

function conclude(job: Job, done: { readonly found: Lookup | Ended } | Ended, family: Host['family']): Resolution {
  const questions = [...questionsSoFar(job.log)]
  const found = typeof done === 'string' ? done : done.found
  if (typeof found === 'string') {
    if (job.waiters === 0) endDeadline(job.deadline, 'aborted')
    const neverAsked = found === 'expired' && questions.length === 0
    const detail = 'the question was never sent: too many others were waiting for an answer'
    const result = neverAsked
      ? ({ kind: 'failed', reason: 'not_run', detail } as const)
      : ({ kind: 'ended', ended: found } as const)
    return { result, questions }
  }
  if (found.reason !== 'answered') {
    return { result: { kind: 'failed', reason: found.reason, detail: found.detail }, questions, records: found.records }
  }
  return { result: addressOf(found, family), questions, name: found.name, records: found.records }
}

function addressOf(found: Extract<Lookup, { reason: 'answered' }>, family: Host['family']): Resolution['result'] {
  const owners = aliases(found.name, found.records)
  const record = found.records.find(({ type, name }) => type === found.type && owners.has(name.toLowerCase()))
  if (record !== undefined) return { kind: 'address', address: canonical(record.data) }
  return { kind: 'failed', reason: 'dns_nodata', detail: `no address of family ${family ?? 'any'}` }
}

function isTimeout({ result }: Resolution): boolean {
  return result.kind === 'failed' && result.reason === 'dns_timeout'
}

/** The canonical text of an address literal (RFC 5952 for IPv6). */
function canonical(address: string): string {
  return isIP(address) === 6 ? ipaddr.parse(address).toString() : address
}

function literal({ host, family }: Host): Resolution | undefined {
  const own = isIP(host)
  if (own === 0) return undefined
  const detail = `${host} is not an IPv${family} address`
  if (family !== undefined && own !== family)
    return { result: { kind: 'failed', reason: 'not_run', detail }, questions: [] }
  return { result: { kind: 'address', address: canonical(host) }, questions: [] }
}

function fromHosts({ host, family }: Host, hosts: ReturnType<Vantage['hosts']>): Resolution | undefined {
  const name = host.toLowerCase().replace(/\.$/, '')
  const addresses = hosts.get(name) ?? []
  const wanted = family === undefined ? [4, 6] : [family]
  const address = wanted
    .map((one) => addresses.find((candidate) => isIP(candidate) === one))
    .find((one) => one !== undefined)
  return address === undefined ? undefined : { result: { kind: 'address', address: canonical(address) }, questions: [] }
}
