import { isLinkLocal } from '../../fabric/cluster-dns.ts'
import { listed, workloadsOf } from '../../fabric/lookup/listed.ts'
import { clusterDnsOfKubelets } from '../../fabric/manifests/kubelets.ts'
import { contains, parseAddress } from '../../policy/cidr.ts'
import type { PolicyRule } from '../../policy/types.ts'
import type { Context } from '../context.ts'
import { dnsReachOf, type IsolatedGroup, isolatedGroupsOf } from '../dns.ts'
import { includesPort, rangesIn } from '../port-ranges.ts'
import type { Found, Rule } from '../rule.ts'

/** The address of NodeLocal DNSCache in its documentation (kubernetes.io, "Using NodeLocal DNSCache in Kubernetes Clusters"). */
const usualAddress = '169.254.20.10'

/**
 * DNS queries go to an address of the pod's own node, which no selector matches. Whether policies apply to it depends on the plugin
 * (docs/semantics.md, rules 50 and 52).
 */
export const egressWithoutNodeLocalDns: Rule = {
  id: 'egress-without-node-local-dns',
  severity: 'warning',
  summary: 'pods that resolve names by a DNS cache on their node, while egress rules allow only the DNS pods',
  *find(context) {
    const cut = new Set(dnsReachOf(context).flatMap(({ pods, udp, tcp }) => (udp || tcp ? [] : pods)))
    for (const group of isolatedGroupsOf(context)) {
      const resolvers = resolversOf(group, context)
      const rules = group.policies.flatMap(({ policy }) => policy.egress)
      const closed = resolvers.filter((address) => !rules.some((rule) => opens(rule, address)))
      // If no DNS is allowed at all, egress-without-dns reports it.
      if (closed.length === 0 || closed.length < resolvers.length || cut.has(group.pods[0]!)) continue
      const who = `${workloadsOf(group.pods)} in ${group.pods[0]!.namespace}`
      const message = `${who} resolves names at ${listed(closed)}, a cache on its own node that no selector matches, and no egress rule allows that address: names resolve only where the network plugin exempts the node`
      yield {
        ...placeOf(group),
        message,
        fix: `add to the peers of the rule for DNS:\n${closed.map(asPeer).join('\n')}`,
      }
    }
  },
}

/** The link-local addresses in the pods' resolv.conf, or those at which the cache replaces the cluster DNS. */
function resolversOf({ pods: [pod] }: IsolatedGroup, { world, objects }: Context): readonly string[] {
  const own = (pod!.dnsConfig?.nameservers ?? []).filter(isLinkLocal)
  if (pod!.dnsPolicy !== 'ClusterFirst') return own
  const ofKubelets = clusterDnsOfKubelets(objects).filter(isLinkLocal)
  if (world.nodeLocalDns === undefined || ofKubelets.length > 0) return [...own, ...ofKubelets]
  const { addresses } = world.nodeLocalDns
  return addresses.length === 0 ? [usualAddress] : addresses
}

function opens(rule: PolicyRule, address: string): boolean {
  const { peers } = rule
  const held = peers.some(
    ({ ipBlock }) =>
      ipBlock !== undefined &&
      contains(ipBlock.cidr, address) &&
      !(ipBlock.except ?? []).some((each) => contains(each, address)),
  )
  return (peers.length === 0 || held) && includesPort(rangesIn(rule), { port: 53, protocol: 'UDP' })
}

function placeOf({ meant, policies }: IsolatedGroup): Pick<Found, 'object' | 'path'> {
  if (meant !== undefined) return { object: meant.object, path: [...meant.path.slice(0, 3), 'to'] }
  return { object: policies[0]!.object, path: ['spec', 'egress'] }
}

function asPeer(address: string): string {
  return `- ipBlock: {cidr: "${address}/${parseAddress(address)?.family === 6 ? 128 : 32}"}`
}
