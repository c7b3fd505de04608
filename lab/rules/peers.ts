import type { Pod, World } from '../../fabric/world.ts'
import type { Address } from '../../policy/cidr.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../../policy/types.ts'
import { canonical, merged, rangeOfAddress, rangesOfBlock, rangeText } from './address-range.ts'
import { isNamed, layer4 } from './ports.ts'
import type { SetRegistry } from './set-registry.ts'

/** Matches of a rule's peers as nftables text; any one must match. `['']` matches any peer, `[]` none. */
export interface Peers {
  addresses(policy: NetworkPolicy, rule: PolicyRule, field: 'saddr' | 'daddr'): readonly string[]
  /** For egress: peer pods paired with the numbers of the rule's named ports in each of them (rules 41 to 43). */
  namedPorts(policy: NetworkPolicy, rule: PolicyRule): readonly string[]
}

interface KnownPod {
  readonly pod: Pod
  readonly addresses: readonly Address[]
}

const families = [
  { family: 4, type: 'ipv4_addr', header: 'ip' },
  { family: 6, type: 'ipv6_addr', header: 'ip6' },
] as const

/**
 * Peers as sets of addresses. A selector becomes the addresses of its matching pods, without hostNetwork pods
 * (docs/semantics.md, rules 17 to 22, 50). An ipBlock becomes intervals, which also match pods (31). Addresses in
 * `unknown` belong to pods that no selector matches yet.
 */
export function createPeers(world: World, sets: SetRegistry, unknown: ReadonlySet<string>): Peers {
  const pods = knownPods(world, unknown)
  const podsOfPeer = createSelection(world, pods)
  const podsOf = (policy: NetworkPolicy, rule: PolicyRule): readonly KnownPod[] =>
    rule.peers.filter(({ ipBlock }) => ipBlock === undefined).flatMap((peer) => podsOfPeer(policy, peer))
  return remembered({
    addresses(policy, rule, field) {
      if (rule.peers.length === 0) return ['']
      const found = podsOf(policy, rule).flatMap(({ addresses }) => addresses)
      const blocks = rule.peers.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : rangesOfBlock(ipBlock)))
      return families.flatMap(({ family, type, header }) => {
        const own = found.filter((address) => address.family === family)
        const ranges = blocks.filter((range) => range.family === family)
        if (own.length + ranges.length === 0) return []
        const interval = ranges.length > 0
        const elements = interval
          ? merged([...own.map(rangeOfAddress), ...ranges]).map(rangeText)
          : own.map(({ text }) => text)
        return [`${header} ${field} ${sets.reference(type, elements, interval ? 'interval' : undefined)}`]
      })
    },
    namedPorts(policy, rule) {
      const named = rule.ports.filter(isNamed)
      if (named.length === 0) return []
      const entries = (rule.peers.length === 0 ? pods : podsOf(policy, rule)).flatMap((peer) => portsOf(peer, named))
      return families.flatMap(({ family, type, header }) => {
        const keys = entries.filter((entry) => entry.family === family).map(({ key }) => key)
        if (keys.length === 0) return []
        const set = sets.reference(`${type} . inet_proto . inet_service`, keys)
        return [`${header} daddr . meta l4proto . th dport ${set}`]
      })
    },
  })
}

/** Cached, because many rules share peers, and a rule is in the chain of every class that its policy selects. */
function remembered(peers: Peers): Peers {
  const results = new Map<string, readonly string[]>()
  const once = (key: readonly unknown[], compute: () => readonly string[]): readonly string[] => {
    const text = JSON.stringify(key)
    const result = results.get(text) ?? compute()
    results.set(text, result)
    return result
  }
  const scope = (policy: NetworkPolicy, { peers: all }: PolicyRule): readonly unknown[] => [
    all.some(({ namespaceSelector, podSelector }) => namespaceSelector === undefined && podSelector !== undefined)
      ? policy.namespace
      : null,
    all,
  ]
  return {
    addresses: (policy, rule, field) => once([field, scope(policy, rule)], () => peers.addresses(policy, rule, field)),
    namedPorts: (policy, rule) =>
      once(['ports', scope(policy, rule), rule.ports.filter(isNamed)], () => peers.namedPorts(policy, rule)),
  }
}

function knownPods(world: World, unknown: ReadonlySet<string>): readonly KnownPod[] {
  const hidden = new Set([...unknown].map((address) => canonical(address).text))
  return world.pods
    .filter((pod) => !pod.hostNetwork)
    .map((pod) => ({ pod, addresses: pod.addresses.map(canonical).filter(({ text }) => !hidden.has(text)) }))
}

function portsOf({ pod, addresses }: KnownPod, named: readonly (PolicyPort & { readonly port: string })[]) {
  const ports = pod.ports.filter((port) =>
    named.some((item) => item.port === port.name && (item.protocol ?? 'TCP') === port.protocol),
  )
  return addresses.flatMap(({ family, text }) =>
    ports.map(({ protocol, port }) => ({ family, key: `${text} . ${layer4[protocol]} . ${String(port)}` })),
  )
}

/** Looks up the pods of a peer. Peers with equal text are looked up once. */
function createSelection(world: World, pods: readonly KnownPod[]) {
  const labels = new Map(world.namespaces.map((namespace) => [namespace.name, namespace.labels]))
  const byNamespace = Map.groupBy(pods, ({ pod }) => pod.namespace)
  const results = new Map<string, readonly KnownPod[]>()
  return (policy: NetworkPolicy, { namespaceSelector, podSelector }: PolicyPeer): readonly KnownPod[] => {
    const key = JSON.stringify([namespaceSelector ?? policy.namespace, podSelector ?? null])
    const found =
      results.get(key) ??
      [...byNamespace]
        .filter(([name]) =>
          namespaceSelector === undefined
            ? name === policy.namespace
            : matchesSelector(namespaceSelector, labels.get(name) ?? { 'kubernetes.io/metadata.name': name }),
        )
        .flatMap(([, group]) => group)
        .filter(({ pod }) => podSelector === undefined || matchesSelector(podSelector, pod.labels))
    results.set(key, found)
    return found
  }
}
