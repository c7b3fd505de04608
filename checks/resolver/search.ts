import type { ResolvConf } from '../vantage.ts'

/** The names to query for one name, in order. `asIs` is the name itself; the others have a search domain. */
export interface Candidate {
  readonly name: string
  readonly asIs: boolean
}

/** glibc caps `ndots` (resolv.conf(5)). */
const maxDots = 15

/**
 * The candidates as in glibc's `res_search` (resolv.conf(5), `ndots` and `search`). With a final dot: only the name
 * itself. With at least `ndots` dots: the name itself first, then the search list. With fewer: the search list first,
 * then the name itself, unless the root was on the list.
 */
export function searchCandidates(name: string, conf: Pick<ResolvConf, 'search' | 'ndots'>): readonly Candidate[] {
  const bare = withoutFinalDot(name)
  const asIs = { name: bare, asIs: true }
  if (name.endsWith('.')) return [asIs]
  const domains = conf.search.map(withoutFinalDot)
  const searched = domains.map((domain) => ({ name: domain === '' ? bare : `${bare}.${domain}`, asIs: domain === '' }))
  const dots = bare.split('.').length - 1
  if (dots >= Math.min(conf.ndots, maxDots)) return [asIs, ...searched.filter((candidate) => !candidate.asIs)]
  return domains.includes('') ? searched : [...searched, asIs]
}

/** Whether RFC 1035 §2.3.4 allows the name: labels of 1 to 63 octets of ASCII, 253 characters in total. */
export function isAskable(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[\x21-\x7e]{1,63}$/.test(label))
}

function withoutFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name
}
