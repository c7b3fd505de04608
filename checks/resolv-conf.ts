import { isIP } from 'node:net'
import type { ResolvConf } from './vantage.ts'

/** The C library's server if resolv.conf has none, and how many servers it reads at most (resolv.conf(5)). */
const localServer = '127.0.0.1'
const maxServers = 3
const maxDots = 15

/**
 * Parses resolv.conf(5). The last `search` or `domain` line counts; comments begin with `#` or `;`; unknown lines are
 * ignored, as in glibc.
 */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = []
  let search: readonly string[] = []
  let ndots = 1
  for (const line of text.split('\n')) {
    const [keyword = '', ...words] = line.trim().split(/\s+/)
    if (keyword === 'nameserver' && words[0] !== undefined && isIP(words[0]) !== 0) nameservers.push(words[0])
    if (keyword === 'search') search = words
    if (keyword === 'domain') search = words.slice(0, 1)
    if (keyword === 'options') ndots = ndotsOf(words) ?? ndots
  }
  return { nameservers: nameservers.length === 0 ? [localServer] : nameservers.slice(0, maxServers), search, ndots }
}

/** Parses hosts(5): name in lower case without a final dot → its addresses, in the order of the file. */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (isIP(address) === 0) continue
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, '')
      hosts.set(key, [...(hosts.get(key) ?? []), address])
    }
  }
  return hosts
}

function ndotsOf(options: readonly string[]): number | undefined {
  const value = options.findLast((option) => /^ndots:\d+$/.test(option))?.slice('ndots:'.length)
  return value === undefined ? undefined : Math.min(Number(value), maxDots)
}
