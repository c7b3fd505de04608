import { contains, parseCidr } from '../policy/cidr.ts'
import { matchesSelector } from '../policy/selector.ts'
import type { IpBlock, LabelSelector, PolicyPeer, PolicyPort, PolicyRule, Protocol } from '../policy/types.ts'
import { dnsPort } from './cluster-dns.ts'
import { nameLabel } from './manifests/namespaces.ts'
import type { World } from './world.ts'

/** Ports on which cluster DNS pods listen: in most distributions, OpenShift, Gardener. */
const podPorts = [dnsPort, 5353, 8053]
/** Ranges that usually contain pods (RFC 1918, RFC 4193). */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']

/** The context of a rule, and the protocol of the DNS query. */
export interface DnsQuery {
  /** The policy's namespace. */
  readonly namespace: string
  readonly protocol: Protocol
  readonly world: World
}

/**
 * Whether an egress rule may allow DNS queries if the input does not contain the namespace, labels and port of the
 * cluster's DNS: a rule for a DNS port or for all ports, with a peer that may match pods outside the input.
 */
export function mayAllowDns({ peers, ports }: PolicyRule, query: DnsQuery): boolean {
  const names = ports.some((port) => namesDns(port, query.protocol))
  const covered = names || ports.length === 0 || ports.some((port) => coversDns(port, query.protocol))
  return covered && (peers.length === 0 || peers.some((peer) => mayHoldDns(peer, names, query)))
}

function namesDns({ port, endPort, protocol = 'TCP' }: PolicyPort, wanted: Protocol): boolean {
  if (protocol !== wanted || port === undefined || endPort !== undefined) return false
  return typeof port === 'number' ? podPorts.includes(port) : /dns/.test(port)
}

function coversDns({ port, endPort, protocol = 'TCP' }: PolicyPort, wanted: Protocol): boolean {
  if (protocol !== wanted) return false
  if (port === undefined) return true
  return typeof port === 'number' && podPorts.some((each) => port <= each && each <= (endPort ?? port))
}

/** `names`: the rule names a DNS port, so a selector that does not name a platform namespace is still meant for DNS. */
function mayHoldDns({ ipBlock, namespaceSelector, podSelector }: PolicyPeer, names: boolean, query: DnsQuery): boolean {
  if (ipBlock !== undefined) return mayHoldPods(ipBlock)
  const { namespace, world } = query
  if (namespaceSelector === undefined) return platformName.test(namespace)
  if (!names && podSelector !== undefined && isMeantForOthers(podSelector, world)) return false
  const selected = world.namespaces.filter(({ labels }) => matchesSelector(namespaceSelector, labels))
  if (platformName.test([JSON.stringify(namespaceSelector), ...selected.map(({ name }) => name)].join(' '))) return true
  const name = namespaceSelector.matchLabels?.[nameLabel]
  return names && !world.pods.some((pod) => pod.namespace === name && pod.place !== undefined)
}

/** Whether a label selector matches pods of the input. */
function isMeantForOthers(selector: LabelSelector, { pods }: World): boolean {
  const isAny = Object.keys(selector).length === 0
  return !isAny && pods.some((pod) => pod.place !== undefined && matchesSelector(selector, pod.labels))
}

/** A namespace in which a distribution may run the cluster's DNS. */
const platformName = /\bkube-system\b|dns/

function mayHoldPods({ cidr, except = [] }: IpBlock): boolean {
  const block = parseCidr(cidr)?.cidr
  if (block === undefined) return false
  return privateRanges.some((text) => {
    const range = parseCidr(text)!.cidr
    const [outer, inner] = block.bits < range.bits ? [block, range] : [range, block]
    const isCut = except.some((each) => {
      const cut = parseCidr(each)?.cidr
      return cut !== undefined && cut.bits <= inner.bits && contains(cut, inner)
    })
    return contains(outer, inner) && !isCut
  })
}
