import type { Outcome, Reason } from '../../checks/outcome.ts'
import { reasonText } from '../../checks/reason-text.ts'
import { isPublic } from '../../fabric/public-suffix.ts'
import type { Expectation, Rcode } from '../scenario/model.ts'
import { type Evidence, fail, inconclusive, type Verdict, verdictAtEndpoint } from './endpoint-verdict.ts'

/** Judges a DNS query by the rcode and the addresses that the scenario expects; with `allowed` by any record. */
export function judgeDns(evidence: Evidence): Verdict {
  const { planned, controls } = evidence
  const { application, source, path } = planned
  if (application === undefined) return inconclusive('not_run', 'the question was not asked')
  const { connectionVerdict } = verdictAtEndpoint(application, evidence)
  const { outcome } = connectionVerdict
  if (outcome === undefined || outcome.reason === 'not_run')
    return inconclusive('not_run', connectionVerdict.state === 'unknown' ? connectionVerdict.sentence : 'did not run')
  const rcode = rcodeOf(outcome)
  if (rcode === undefined) {
    const alive = controls.sourceAlive(source.key, undefined, 4)
    if (alive.shown === false) return inconclusive('source_dead', alive.sentence, { observed: outcome })
    const sentence = `DNS does not answer the source: ${reasonText(outcome.reason)}`
    return fail('dns', sentence, { seen: 'unknown', observed: outcome })
  }
  const wrong = unmet(path.expect, rcode, outcome)
  const passed = { status: 'pass', seen: 'open', control: [], observed: outcome } as const
  if (wrong === undefined) return passed
  const host = 'host' in path.target ? path.target.host : ''
  if (path.expect.kind === 'dns' && path.expect.rcode === 'NXDOMAIN' && isAbsentHere(host, outcome)) {
    const sentence = `every name of the cluster that ${host} could mean does not exist; asked beyond the cluster, the name server gave up (${rcode})`
    return { ...passed, sentence }
  }
  return fail(path.expect.kind === 'dns' ? 'answer' : 'dns', wrong, { observed: outcome })
}

/**
 * Whether SERVFAIL or REFUSED means the same as NXDOMAIN. A cluster without internet access returns these for names outside it. They count if every
 * name of the search list does not exist and the public DNS root does not delegate the name as written.
 */
function isAbsentHere(host: string, { dns }: Outcome): boolean {
  const bare = host.replace(/\.$/, '').toLowerCase()
  const last = new Map((dns?.questions ?? []).map(({ name, rcode }) => [name.toLowerCase(), rcode]))
  const beyond = last.get(bare)
  last.delete(bare)
  const own = [...last.values()]
  if (isPublic(bare) || own.length === 0 || (beyond !== 'SERVFAIL' && beyond !== 'REFUSED')) return false
  return own.every((rcode) => rcode === 'NXDOMAIN')
}

/** The rcode of the response; NODATA for no error and no record (RFC 2308 §2.2); undefined without a response. */
function rcodeOf({ reason, dns }: Outcome): Rcode | undefined {
  const last = dns?.questions.at(-1)?.rcode
  if (reason === 'dns_badresp') return last === 'FORMERR' || last === 'NOTIMP' ? last : undefined
  return rcodes[reason]
}

const rcodes: Partial<Record<Reason, Rcode>> = {
  answered: 'NOERROR',
  dns_nodata: 'NODATA',
  dns_nxdomain: 'NXDOMAIN',
  dns_servfail: 'SERVFAIL',
  dns_refused: 'REFUSED',
}

function unmet(expect: Expectation, rcode: Rcode, { dns }: Outcome): string | undefined {
  const found = (dns?.records ?? []).filter(({ type }) => type === 'A' || type === 'AAAA').map(({ data }) => data)
  const answered = found.length > 0 ? `${rcode} (${found.join(', ')})` : rcode
  if (expect.kind === 'allowed') return rcode === 'NOERROR' ? undefined : `the name does not resolve: ${answered}`
  if (expect.kind !== 'dns') return undefined
  if (expect.rcode !== undefined && expect.rcode !== rcode) return `DNS answers ${answered}, expected ${expect.rcode}`
  if (expect.addresses === undefined) return undefined
  const same = found.toSorted().join() === expect.addresses.toSorted().join()
  return same ? undefined : `DNS answers ${answered}, expected ${expect.addresses.join(', ')}`
}
