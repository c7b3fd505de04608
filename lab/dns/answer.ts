import type { Address } from '../../policy/cidr.ts'

/** Record data as dns2 encodes it. */
export type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'CNAME' | 'PTR'; readonly domain: string }
  | { readonly type: 'NS'; readonly ns: string }
  | { readonly type: 'TXT'; readonly data: string }
  | {
      readonly type: 'SRV'
      readonly priority: number
      readonly weight: number
      readonly port: number
      readonly target: string
    }
  | {
      readonly type: 'SOA'
      readonly primary: string
      readonly admin: string
      readonly serial: number
      readonly refresh: number
      readonly retry: number
      readonly expiration: number
      readonly minimum: number
    }

/** `ttl` in seconds. */
export type DnsRecord = RecordData & { readonly name: string; readonly ttl: number }

export interface Answer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL'
  /** Whether the server is authoritative for the zone. */
  readonly authoritative: boolean
  readonly records: readonly DnsRecord[]
  readonly authority: readonly DnsRecord[]
  readonly additional: readonly DnsRecord[]
}

/**
 * Answers a query for a name (lower case, without the final dot) and a type. Types that are not served are also given
 * as text (`MX`, `TYPE65`).
 */
export type Zone = (name: string, type: string) => Answer

/** TTL of answers in seconds: CoreDNS's setting in kubeadm clusters. */
export const ttl = 30

/** An A or AAAA record for a name, by the family of the address. */
export function addressRecord(name: string, { family, text }: Address): DnsRecord {
  return { name, ttl, type: family === 4 ? 'A' : 'AAAA', address: text }
}

/** The SOA record of a zone (`''` is the root), with CoreDNS's names and times. */
export function soaRecord(zone: string): DnsRecord {
  const names = { primary: under('ns.dns', zone), admin: under('hostmaster', zone) }
  return {
    name: zone,
    ttl,
    type: 'SOA',
    ...names,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expiration: 86_400,
    minimum: ttl,
  }
}

const under = (name: string, zone: string): string => (zone === '' ? name : `${name}.${zone}`)

/** Records, or NODATA with the zone's SOA when there are none (RFC 2308 §2.2). */
export function found(zone: string, records: readonly DnsRecord[], additional: readonly DnsRecord[] = []): Answer {
  const authority = records.length === 0 ? [soaRecord(zone)] : []
  return { rcode: 'NOERROR', authoritative: true, records, authority, additional }
}

/** The name does not exist (RFC 2308 §2.1). */
export function absent(zone: string): Answer {
  return { rcode: 'NXDOMAIN', authoritative: true, records: [], authority: [soaRecord(zone)], additional: [] }
}
