import type { Pod } from '../../fabric/world.ts'
import type { Path } from '../../policy/field.ts'
import type { NetworkPolicy, PolicyRule, Protocol } from '../../policy/types.ts'
import type { Context, PolicyObject } from './context.ts'
import { coversPort } from './covers.ts'
import { isolatorsOf } from './isolators.ts'
import { perContext } from './per-context.ts'

/** Pods that the same policies isolate for egress, and how they may ask the cluster's DNS. */
export interface DnsReach {
  readonly pods: readonly Pod[]
  /** All that isolate them for egress. */
  readonly policies: readonly PolicyObject[]
  readonly udp: boolean
  readonly tcp: boolean
  /** The first rule that speaks of port 53, and by which policy. */
  readonly meant: { readonly object: PolicyObject['object']; readonly path: Path } | undefined
}

/** Only pods that use the cluster's DNS and that some rule lets reach something by name. */
export const dnsReachOf = perContext((context: Context): readonly DnsReach[] => {
  const servers = dnsServers(context)
  if (servers.length === 0) return []
  const asking = [...isolatorsOf(context).egress].filter(
    ([pod]) => pod.dnsPolicy === 'ClusterFirst' && pod.place !== undefined,
  )
  const groups = Map.groupBy(asking, ([, policies]) =>
    policies.map(({ object }) => `${object.namespace}/${object.name}`).join(' '),
  )
  return [...groups.values()].flatMap((group) => {
    const policies = group[0]![1]
    const rules = policies.flatMap(({ policy }) => policy.egress.map((rule) => ({ policy, rule })))
    if (!rules.some(({ rule }) => needsNames(rule))) return []
    const reaches = (protocol: Protocol) =>
      rules.some(({ policy, rule }) => servers.some((server) => admits(rule, { policy, server, protocol, context })))
    return [
      { pods: group.map(([pod]) => pod), policies, udp: reaches('UDP'), tcp: reaches('TCP'), meant: meantOf(policies) },
    ]
  })
})

/** The pods behind the cluster's DNS Service, by the names that distributions give it. */
function dnsServers({ world, population }: Context): Pod[] {
  const services = world.services.filter(
    ({ name, namespace }) => /dns/.test(name) && (namespace === 'kube-system' || namespace === 'openshift-dns'),
  )
  return services.flatMap(({ namespace, selector }) =>
    selector === undefined ? [] : population.select(namespace, { matchLabels: selector }),
  )
}

/** A rule by networks alone reaches addresses, unless it is the whole internet. */
function needsNames({ peers }: PolicyRule): boolean {
  return peers.length === 0 || peers.some(({ ipBlock }) => ipBlock === undefined || ipBlock.cidr.endsWith('/0'))
}

interface Question {
  readonly policy: NetworkPolicy
  readonly server: Pod
  readonly protocol: Protocol
  readonly context: Context
}

/** A network is taken to hold the DNS server: its address is not known from manifests. */
function admits({ peers, ports }: PolicyRule, { policy, server, protocol, context }: Question): boolean {
  const numbers = new Set(context.population.listening(server).map(({ port }) => port))
  const asked = [53, 5353].filter((port) => numbers.has(port))
  const byPort =
    ports.length === 0 || ports.some((item) => asked.some((port) => coversPort(item, { port, protocol }, server)))
  const byPeer =
    peers.length === 0 ||
    peers.some(
      (peer) => peer.ipBlock !== undefined || context.population.peersOf(policy.namespace, peer).includes(server),
    )
  return byPort && byPeer
}

function meantOf(policies: readonly PolicyObject[]): DnsReach['meant'] {
  for (const { policy, object } of policies) {
    for (const [index, { ports }] of policy.egress.entries()) {
      const item = ports.findIndex(({ port }) => port === 53 || port === 'dns')
      if (item >= 0) return { object, path: ['spec', 'egress', index, 'ports', item] }
    }
  }
  return undefined
}
