import { dnsServiceOf, isNodeLocal } from '../../fabric/cluster-dns.ts'
import { whyUnread } from '../../fabric/unread.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { ruleLinks } from '../../policy/engine/rule-links.ts'
import { familyOf } from '../plan/planned-check.ts'
import { dnsHops, type Hop } from './hops.ts'

/** The name servers of a pod: connections that policies decide, and remarks if they do not. */
export interface NameServers {
  readonly hops: readonly Hop[]
  readonly remarks: readonly string[]
  /** Whether policies alone do not decide these connections (docs/semantics.md#rule-50 and #rule-52). */
  readonly unsure: boolean
  /** The name servers could not be read. */
  readonly hidden: boolean
  /** Why cluster names do not resolve for this source, regardless of policies; a sentence about the source. */
  readonly withoutClusterNames?: string
}

/** For a path without a DNS query. */
export const noServers: NameServers = { hops: [], remarks: [], unsure: false, hidden: false }

/** For a source outside the cluster, whose resolver does not know the cluster's names. */
export const outsideServers: NameServers = {
  ...noServers,
  withoutClusterNames: 'outside of the cluster, names of its Services do not resolve',
}

/** The name servers in the pod's resolv.conf, according to its dnsPolicy. */
export function nameServersOf(pod: Pod, world: World): NameServers {
  const own = pod.dnsConfig?.nameservers ?? []
  const usesCluster =
    pod.dnsPolicy === 'ClusterFirstWithHostNet' || (pod.dnsPolicy === 'ClusterFirst' && !pod.hostNetwork)
  if (!usesCluster && own.length === 0)
    return {
      ...nothing(`${pod.name} queries the DNS resolvers of its node, which are not known here`),
      withoutClusterNames: `${pod.name} ${pod.hostNetwork ? 'is on the network of its node and ' : ''}has dnsPolicy ${pod.dnsPolicy}: it queries the DNS resolvers of its node, which do not know the names of the cluster${pod.hostNetwork ? '; dnsPolicy: ClusterFirstWithHostNet is the setting that does' : ''}`,
    }
  const direct = own.map((address) => serverAt(address, world))
  const cluster = usesCluster ? clusterServers(pod, world) : noServers
  return {
    hops: [...direct.flatMap(({ hops }) => hops), ...cluster.hops],
    remarks: [...direct.flatMap(({ remarks }) => remarks), ...cluster.remarks],
    unsure: cluster.unsure || direct.some(({ unsure }) => unsure),
    hidden: cluster.hidden,
  }
}

function clusterServers(pod: Pod, world: World): NameServers {
  const hops = dnsHops(world, pod.addresses.map(familyOf))
  const cache = world.nodeLocalDns
  if (cache !== undefined)
    return {
      hops,
      remarks: [
        `NodeLocal DNSCache (${cache.namespace}/${cache.name}) answers on the pod's own node: whether egress policies govern that way differs by plugin (${ruleLinks(50, 52)})`,
      ],
      unsure: true,
      hidden: false,
    }
  if (hops.length > 0) return { hops, remarks: [], unsure: false, hidden: false }
  const hidden = hiddenDns(world)
  if (hidden !== undefined) return { hops: [], remarks: [hidden], unsure: true, hidden: true }
  const { dns } = world
  return nothing(
    dns.kind === 'unknown'
      ? `${dns.why}: where names are resolved is not known`
      : `Service ${dns.service.namespace}/${dns.service.name} has no ready endpoint: names do not resolve`,
  )
}

/** Why existing DNS servers could not be read. Distributions run them in different namespaces. */
function hiddenDns(world: World): string | undefined {
  const { dns, unread = [] } = world
  const why =
    dns.kind === 'unknown'
      ? unread.find(({ kind, group }) => kind === 'Service' && group === undefined)?.why
      : (whyUnread('Service', dns.service.namespace, world) ?? whyUnread('Pod', dns.service.namespace, world))
  return why === undefined ? undefined : `the cluster's DNS servers could not be read: ${why}`
}

function serverAt(address: string, world: World): NameServers {
  const service = world.services.find(({ clusterIPs }) => clusterIPs.includes(address))
  if (service !== undefined && service === dnsServiceOf(world))
    return { ...noServers, hops: dnsHops(world, [familyOf(address)]) }
  const query = { to: { kind: 'address', address }, port: 53, protocol: 'UDP', family: familyOf(address) } as const
  if (!isNodeLocal(address, world))
    return { ...noServers, hops: [{ text: `resolver ${address}:53/UDP`, query, isQuery: true }] }
  const remark = `its resolver ${address} is a DNS cache on its own node: whether egress policies govern the way there differs by plugin (${ruleLinks(50, 52)})`
  return {
    ...noServers,
    hops: [{ text: `DNS cache ${address}:53/UDP`, query, ownNode: true, isQuery: true }],
    remarks: [remark],
  }
}

function nothing(remark: string): NameServers {
  return { hops: [], remarks: [remark], unsure: true, hidden: false }
}
