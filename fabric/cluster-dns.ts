import { contains } from '../policy/cidr.ts'
import { type Endpoint, endpointsOf, remembered } from './endpoints.ts'
import type { Pod, Service, World } from './world.ts'

/** The port of a Service at which resolvers ask; its pods may listen on another one. */
export const dnsPort = 53

/** The Service of the cluster's DNS, a stand-in included; none where the DNS is not known. */
export function dnsServiceOf({ dns, services }: Pick<World, 'dns' | 'services'>): Service | undefined {
  if (dns.kind === 'unknown') return undefined
  const { namespace, name } = dns.service
  return services.find((service) => service.namespace === namespace && service.name === name)
}

/** Where the cluster's DNS answers, over UDP and TCP, on the pods' own ports (OpenShift's listen on 5353). */
export function dnsEndpointsOf(world: World): readonly Endpoint[] {
  const service = dnsServiceOf(world)
  return service === undefined ? [] : endpointsOf(service, world).filter(({ port }) => port === dnsPort)
}

/** Whether a DNS server is taken to listen at an address and UDP port: at 53, and where port 53 of some Service leads. */
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

/** Whether a pod is not in the input: it stands for the servers of a DNS that was not found. */
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

/** Whether an address is that of a DNS cache on each node: of NodeLocal DNSCache, or a link-local one that pods name as their resolver. */
export function isNodeLocal(address: string, { nodeLocalDns, pods }: Pick<World, 'nodeLocalDns' | 'pods'>): boolean {
  if (nodeLocalDns?.addresses.includes(address) === true) return true
  return isLinkLocal(address) && pods.some(({ dnsConfig }) => dnsConfig?.nameservers.includes(address) === true)
}

/** Every such address at which nothing but a cache answers: not that of a Service, for which NodeLocal DNSCache answers too. */
export function nodeLocalAddresses(world: Pick<World, 'nodeLocalDns' | 'pods' | 'services'>): readonly string[] {
  const named = world.pods.flatMap(({ dnsConfig }) => dnsConfig?.nameservers ?? []).filter(isLinkLocal)
  const virtual = new Set(world.services.flatMap(({ clusterIPs }) => clusterIPs))
  return [...new Set([...(world.nodeLocalDns?.addresses ?? []), ...named])].filter((address) => !virtual.has(address))
}

/** RFC 3927 and RFC 4291 §2.5.6. */
export function isLinkLocal(address: string): boolean {
  return contains('169.254.0.0/16', address) || contains('fe80::/10', address)
}

/** What of the cluster's DNS is assumed; none where nothing is. */
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
