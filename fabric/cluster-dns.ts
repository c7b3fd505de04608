import { contains } from '../policy/cidr.ts'
import { type Endpoint, endpointsOf, remembered } from './endpoints.ts'
import type { Pod, Service, World } from './world.ts'

/** The port of a DNS Service. Its pods may listen on another port. */
export const dnsPort = 53

/** The Service of the cluster's DNS, which may be a stand-in; undefined if the DNS is unknown. */
export function dnsServiceOf({ dns, services }: Pick<World, 'dns' | 'services'>): Service | undefined {
  if (dns.kind === 'unknown') return undefined
  const { namespace, name } = dns.service
  return services.find((service) => service.namespace === namespace && service.name === name)
}

/** The endpoints of the cluster's DNS over UDP and TCP, on the pods' ports (OpenShift's listen on 5353). */
export function dnsEndpointsOf(world: World): readonly Endpoint[] {
  const service = dnsServiceOf(world)
  return service === undefined ? [] : endpointsOf(service, world).filter(({ port }) => port === dnsPort)
}

/**
 * Whether a DNS server is assumed to listen at an address and UDP port: at 53, and at endpoints of a Service's port 53.
 */
export function isDnsServer({ address, port }: { readonly address: string; readonly port: number }, world: World) {
  return port === dnsPort || remembered(behindDnsPorts, world, () => behindDnsPort(world)).has(`${address} ${port}`)
}

const behindDnsPorts = new WeakMap<World, ReadonlySet<string>>()

function behindDnsPort(world: World): ReadonlySet<string> {
  const isDns = ({ port, protocol }: { port: number; protocol: string }) => port === dnsPort && protocol === 'UDP'
  const services = world.services.filter(({ ports }) => ports.some(isDns))
  const endpoints = services.flatMap((service) => endpointsOf(service, world)).filter(isDns)
  return new Set(endpoints.map(({ address, targetPort }) => `${address} ${targetPort}`))
}

/** Whether a pod is a stand-in for DNS servers that are not in the input. */
export function isDnsStandIn(
  { namespace, name }: Pick<Pod, 'namespace' | 'name'>,
  { dns }: Pick<World, 'dns'>,
): boolean {
  return dns.kind === 'assumed' && dns.pod.namespace === namespace && dns.pod.name === name
}

/** The pods of the input or the cluster, without a stand-in. */
export function givenPods(world: Pick<World, 'pods' | 'dns'>): readonly Pod[] {
  return world.dns.kind === 'assumed' ? world.pods.filter((pod) => !isDnsStandIn(pod, world)) : world.pods
}

/** Whether an address belongs to a DNS cache on each node: NodeLocal DNSCache, or a link-local nameserver of pods. */
export function isNodeLocal(address: string, { nodeLocalDns, pods }: Pick<World, 'nodeLocalDns' | 'pods'>): boolean {
  if (nodeLocalDns?.addresses.includes(address) === true) return true
  return isLinkLocal(address) && pods.some(({ dnsConfig }) => dnsConfig?.nameservers.includes(address) === true)
}

/**
 * Every such address at which only a cache answers. Excludes a Service's address for which NodeLocal DNSCache also
 * answers.
 */
export function nodeLocalAddresses(world: Pick<World, 'nodeLocalDns' | 'pods' | 'services'>): readonly string[] {
  const named = world.pods.flatMap(({ dnsConfig }) => dnsConfig?.nameservers ?? []).filter(isLinkLocal)
  const virtual = new Set(world.services.flatMap(({ clusterIPs }) => clusterIPs))
  return [...new Set([...(world.nodeLocalDns?.addresses ?? []), ...named])].filter((address) => !virtual.has(address))
}

/** RFC 3927 and RFC 4291 §2.5.6. */
export function isLinkLocal(address: string): boolean {
  return contains('169.254.0.0/16', address) || contains('fe80::/10', address)
}

/** What is assumed about the cluster's DNS; undefined if nothing is. */
export function assumedDns({ dns, services }: Pick<World, 'dns' | 'services'>): string | undefined {
  if (dns.kind !== 'assumed') return undefined
  const selector = Object.entries(dnsServiceOf({ dns, services })?.selector ?? {}).map(
    ([key, value]) => `${key}=${value}`,
  )
  const labels = selector.length === 0 ? '' : ` (label ${selector.join(', ')})`
  return dns.serviceGiven
    ? `pods of Service ${dns.service.namespace}/${dns.service.name}${labels}`
    : `cluster DNS in ${dns.service.namespace}${labels}`
}
