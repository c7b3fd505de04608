import type { Service } from '../../fabric/world.ts'
import { parseAddress } from '../../policy/cidr.ts'
import { type Answer, absent, addressRecord, type DnsRecord, found, soaRecord, ttl, type Zone } from './answer.ts'
import type { Directory, Host } from './directory.ts'

/** What a name in the cluster's zone means. */
type Meaning =
  | { readonly kind: 'hosts'; readonly hosts: readonly Host[] }
  | { readonly kind: 'alias'; readonly target: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'absent' }

const empty: Meaning = { kind: 'empty' }
const none: Meaning = { kind: 'absent' }

/** The version of the DNS specification that is implemented, a TXT record of the zone. */
const schemaVersion = '1.1.0'
const longestChain = 8

/**
 * Answers for names in the cluster's domain like CoreDNS's kubernetes plugin (kubernetes/dns, specification 1.1.0). A
 * headless Service without ready endpoints does not exist. An existing name without the type is NODATA. `pods
 * verified`: the name of a pod's address exists only in the pod's namespace. `beyond` answers for ExternalNames outside
 * the cluster.
 */
export function clusterZone(directory: Directory, beyond: Zone): Zone {
  const { domain } = directory
  const answer = (name: string, type: string, depth: number): Answer => {
    if (name === domain && type === 'SOA') return found(domain, [soaRecord(domain)])
    if (name === domain && type === 'NS') return found(domain, [{ name, ttl, type: 'NS', ns: `ns.dns.${domain}` }])
    if (name === `dns-version.${domain}` && type === 'TXT')
      return found(domain, [{ name, ttl, type: 'TXT', data: schemaVersion }])
    const meaning = meaningOf(name, directory)
    if (meaning.kind === 'absent') return absent(domain)
    if (meaning.kind === 'empty') return found(domain, [])
    if (meaning.kind === 'hosts') return hostsAnswer(name, type, meaning.hosts, domain)
    return aliasAnswer(name, type, meaning.target, depth)
  }
  const aliasAnswer = (name: string, type: string, target: string, depth: number): Answer => {
    const alias: DnsRecord = { name, ttl, type: 'CNAME', domain: target }
    if (type === 'CNAME') return found(domain, [alias])
    if ((type !== 'A' && type !== 'AAAA') || depth >= longestChain) return found(domain, [])
    const inside = target === domain || target.endsWith(`.${domain}`)
    const { records } = inside ? answer(target, type, depth + 1) : beyond(target, type)
    // CoreDNS leaves out an alias without records if its target is in the same zone, and returns it if the target is
    // elsewhere.
    return found(domain, inside && records.length === 0 ? [] : [alias, ...records])
  }
  return (name, type) => answer(name, type, 0)
}

function hostsAnswer(name: string, type: string, hosts: readonly Host[], domain: string): Answer {
  if (type === 'SRV') return serviceRecords(name, hosts, domain)
  const addresses = distinct(hosts.map(({ address }) => addressRecord(name, address)))
  return found(
    domain,
    addresses.filter((record) => record.type === type),
  )
}

function serviceRecords(name: string, hosts: readonly Host[], domain: string): Answer {
  const weight = Math.max(1, Math.floor(100 / hosts.length))
  const records = hosts.flatMap(({ name: target, port }): DnsRecord[] =>
    port === undefined ? [] : [{ name, ttl, type: 'SRV', priority: 0, weight, port: port.number, target }],
  )
  return found(domain, distinct(records), distinct(hosts.map((host) => addressRecord(host.name, host.address))))
}

function meaningOf(name: string, directory: Directory): Meaning {
  const parts = name === directory.domain ? [] : name.slice(0, -directory.domain.length - 1).split('.')
  if (parts.join('.') === 'ns.dns') return nameServer(directory)
  const [kind, namespace, service, ...rest] = parts.toReversed()
  if (kind === undefined || ((kind === 'svc' || kind === 'pod') && namespace === undefined)) return empty
  if ((kind !== 'svc' && kind !== 'pod') || namespace === undefined || !directory.hasNamespace(namespace)) return none
  if (service === undefined) return empty
  if (kind === 'pod') return rest.length === 0 ? podMeaning(name, service, namespace, directory) : none
  const known = directory.service(namespace, service)
  return known === undefined ? none : serviceMeaning(known, rest, directory)
}

/**
 * `endpoint.service` is one of its endpoints. `_port._protocol.service` is one of its ports; `rest` is then protocol,
 * port.
 */
function serviceMeaning(service: Service, rest: readonly string[], directory: Directory): Meaning {
  if (rest.length > 2) return none
  if (service.type === 'ExternalName') return aliasMeaning(service, rest)
  const [first = '', second = ''] = rest
  if (rest.length === 1) {
    const suffix = `${first}.${service.name}.${service.namespace}.svc.${directory.domain}`
    return hostsMeaning(directory.endpoints(service).filter((host) => host.name.toLowerCase() === suffix))
  }
  const hosts = service.headless ? directory.endpoints(service) : directory.clusterHosts(service)
  if (rest.length === 0) return hostsMeaning(hosts)
  const [protocol, port] = [first.replace(/^_/, ''), second.replace(/^_/, '')]
  return hostsMeaning(hosts.filter((host) => host.port?.name === port && host.port.protocol.toLowerCase() === protocol))
}

function aliasMeaning({ externalName = '' }: Service, rest: readonly string[]): Meaning {
  const target = externalName.toLowerCase().replace(/\.$/, '')
  const isName = target.length <= 253 && labels.test(target) && parseAddress(target) === undefined
  return isName && rest.length === 0 ? { kind: 'alias', target } : none
}

/** Labels that fit into a message (RFC 1035 §2.3.4). */
const labels = /^[^.]{1,63}(\.[^.]{1,63})*$/

function podMeaning(name: string, label: string, namespace: string, directory: Directory): Meaning {
  const dotted = /^\d+-\d+-\d+-\d+$/.test(label)
  const address = parseAddress(label.replaceAll('-', dotted ? '.' : ':'))
  if (address === undefined) return none
  const here = directory.podsAt(address.text).some((pod) => pod.namespace === namespace)
  return here ? { kind: 'hosts', hosts: [{ name, address }] } : none
}

function nameServer({ dns, clusterHosts }: Directory): Meaning {
  return dns === undefined ? none : hostsMeaning(clusterHosts(dns))
}

const hostsMeaning = (hosts: readonly Host[]): Meaning => (hosts.length === 0 ? none : { kind: 'hosts', hosts })

function distinct(records: readonly DnsRecord[]): readonly DnsRecord[] {
  return [...new Map(records.map((record) => [JSON.stringify(record), record])).values()]
}
