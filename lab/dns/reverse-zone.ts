import { parseAddress } from '../../policy/cidr.ts'
import { absent, type DnsRecord, found, ttl, type Zone } from './answer.ts'
import type { Directory } from './directory.ts'

/**
 * PTR records of cluster addresses and endpoints, as in CoreDNS. Other addresses do not exist. A real cluster forwards
 * these queries to its upstream, which gives the same answer for private networks (RFC 6303).
 */
export function reverseZone(directory: Directory): Zone {
  return (name, type) => {
    const zone = name.endsWith('.ip6.arpa') ? 'ip6.arpa' : 'in-addr.arpa'
    const names = directory.namesOf(addressOfReverse(name) ?? '')
    if (names.length === 0) return absent(zone)
    const records = names.map((domain): DnsRecord => ({ name, ttl, type: 'PTR', domain }))
    return found(zone, type === 'PTR' ? records : [])
  }
}

/** The address in a name of in-addr.arpa (RFC 1035 §3.5) or ip6.arpa (RFC 3596 §2.5). */
export function addressOfReverse(name: string): string | undefined {
  const four = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name)?.[1]
  if (four !== undefined) return parseAddress(four.split('.').slice(0, 4).toReversed().join('.'))?.text
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1]
  if (six === undefined) return undefined
  const digits = six.replaceAll('.', '').split('').toReversed().join('')
  return parseAddress(digits.replaceAll(/(.{4})(?!$)/g, '$1:'))?.text
}
