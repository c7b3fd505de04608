import { parseAddress } from '../../policy/cidr.ts'
import { absent, type DnsRecord, found, ttl, type Zone } from './answer.ts'
import type { Directory } from './directory.ts'

/**
 * PTR records of cluster addresses and endpoints, as CoreDNS has them. Other addresses do not exist: a real cluster asks its upstream,
 * and for private networks that is the answer too (RFC 6303).
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

/** The address that a name of in-addr.arpa (RFC 1035 §3.5) or ip6.arpa (RFC 3596 §2.5) is about. */
export function addressOfReverse(name: string): string | undefined {
  const four = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name)?.[1]
  if (four !== undefined) return parseAddress(four.split('.').slice(0, 4).toReversed().join('.'))?.text
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1]
  if (six === undefined) return undefined
  const digits = six.replaceAll('.', '').split('').toReversed().join('')
  return parseAddress(digits.replaceAll(/(.{4})(?!$)/g, '$1:'))?.text
}
