import type { ResolvConf } from '../../checks/vantage.ts'
import { dnsServiceOf } from '../../fabric/cluster-dns.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { outside } from '../layout.ts'

/** resolv.conf of a node or the outside host: a resolver outside the cluster, where no DNS server listens. */
export const hostResolvConf: ResolvConf = { nameservers: [outside.addresses[0]], search: [], ndots: 1 }

/**
 * The resolv.conf that the kubelet writes for a pod, from dnsPolicy and dnsConfig (kubernetes.io, "DNS for Services and
 * Pods").
 */
export function podResolvConf(pod: Pod, world: World): ResolvConf {
  const own = pod.dnsConfig ?? { nameservers: [], searches: [] }
  const base = basis(pod, world)
  return {
    nameservers: unique([...base.nameservers, ...own.nameservers]),
    search: unique([...base.search, ...own.searches]),
    ndots: own.ndots ?? base.ndots,
  }
}

function basis(pod: Pod, world: World): ResolvConf {
  if (pod.dnsPolicy === 'None') return { nameservers: [], search: [], ndots: 1 }
  // ClusterFirst means Default for a pod on the node's network.
  if (pod.dnsPolicy === 'Default' || (pod.hostNetwork && pod.dnsPolicy === 'ClusterFirst')) return hostResolvConf
  return {
    nameservers: dnsServiceOf(world)?.clusterIPs ?? [],
    search: [`${pod.namespace}.svc.${world.domain}`, `svc.${world.domain}`, world.domain],
    ndots: 5,
  }
}

/** /etc/hosts of a pod: localhost, itself, its hostAliases. */
export function podHosts(pod: Pod, domain: string): ReadonlyMap<string, readonly string[]> {
  const self = pod.hostname ?? pod.name
  const full = pod.subdomain === undefined ? [] : [`${self}.${pod.subdomain}.${pod.namespace}.svc.${domain}`]
  const lines = [
    { addresses: ['127.0.0.1', '::1'], names: ['localhost'] },
    { addresses: pod.addresses, names: pod.hostNetwork ? [] : [self, ...full] },
    ...pod.hostAliases.map(({ ip, hostnames }) => ({ addresses: [ip], names: hostnames })),
  ]
  const entries = lines.flatMap(({ addresses, names }) =>
    names.map((name) => ({ name: name.toLowerCase().replace(/\.$/, ''), addresses })),
  )
  const byName = Map.groupBy(entries, ({ name }) => name)
  return new Map([...byName].map(([name, same]) => [name, same.flatMap(({ addresses }) => addresses)]))
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)]
