import type { World } from '../../fabric/world.ts'
import type { Address } from '../../policy/cidr.ts'
import { canonical } from './address-range.ts'
import { type Block, chainBlock, hairpinMark, quoted, setBlock } from './ruleset.ts'
import { masqueradeMark } from './service-dnat.ts'

/**
 * Address sets from the point of view of one node: `pods`, `near_pods`, `self`, `nodes`, `own` and `vips`, one per
 * family.
 */
export function addressSets(world: World, node: string): readonly Block[] {
  const pods = world.pods
    .filter(({ hostNetwork }) => !hostNetwork)
    .map((pod) => ({ near: pod.node === node, addresses: pod.addresses.map(canonical) }))
  const near = pods.filter((pod) => pod.near).flatMap(({ addresses }) => addresses)
  const sets = {
    pods: pods.flatMap(({ addresses }) => addresses),
    near_pods: near,
    nodes: world.nodes.flatMap(({ addresses }) => addresses.map(canonical)),
    own: ownAddresses(world, node),
    vips: world.services.flatMap(({ clusterIPs }) => clusterIPs.map(canonical)),
  }
  return ([4, 6] as const).flatMap((family) => {
    const type = `ipv${String(family)}_addr`
    const texts = (list: readonly Address[]) => [
      ...new Set(list.filter((address) => address.family === family).map(({ text }) => text)),
    ]
    return [
      ...Object.entries(sets).map(([name, list]) => setBlock(`${name}${String(family)}`, type, texts(list))),
      setBlock(
        `self${String(family)}`,
        `${type} . ${type}`,
        texts(near).map((text) => `${text} . ${text}`),
      ),
    ]
  })
}

function ownAddresses(world: World, node: string): readonly Address[] {
  return (world.nodes.find(({ name }) => name === node)?.addresses ?? []).map(canonical)
}

/** Chains for packets without an endpoint. */
export const refusals: readonly Block[] = [
  chainBlock('refuse', [`counter reject with icmpx port-unreachable comment ${quoted('no endpoint')}`]),
  chainBlock('not_here', [
    ...['ip saddr @pods4', 'ip6 saddr @pods6', 'ip saddr @own4', 'ip6 saddr @own6'].map((match) => `${match} return`),
    `counter drop comment ${quoted('no endpoint on this node')}`,
  ]),
]

const entries = [
  'ip daddr . meta l4proto . th dport vmap @entries4',
  'ip6 daddr . meta l4proto . th dport vmap @entries6',
]

const hairpin = `meta mark set meta mark or ${String(hairpinMark)}`

/** After translation: a packet that still has a ClusterIP as its destination has no endpoint. */
const unserved = [
  'ct state established,related accept',
  `ip saddr . ip daddr @self4 ${hairpin}`,
  `ip6 saddr . ip6 daddr @self6 ${hairpin}`,
  'ip daddr . meta l4proto . th dport vmap @unserved4',
  'ip6 daddr . meta l4proto . th dport vmap @unserved6',
  'ip daddr @vips4 goto refuse',
  'ip6 daddr @vips6 goto refuse',
]

/**
 * Base chains of the service table. Destinations are translated before policies apply (forward), sources after
 * (postrouting).
 */
export function serviceHooks(world: World, node: string): readonly Block[] {
  return [
    chainBlock('arriving', entries, 'type nat hook prerouting priority dstnat'),
    chainBlock('leaving', entries, 'type nat hook output priority -100'),
    chainBlock('arrived', unserved, 'type filter hook prerouting priority dstnat + 5'),
    chainBlock('left', unserved, 'type filter hook output priority filter - 5'),
    chainBlock('sources', sourceRules(ownAddresses(world, node)), 'type nat hook postrouting priority srcnat'),
  ]
}

function sourceRules(own: readonly Address[]): readonly string[] {
  return ([4, 6] as const).flatMap((family) => {
    const node = own.find((address) => address.family === family)
    if (node === undefined) return []
    const [header, n] = [family === 4 ? 'ip' : 'ip6', String(family)]
    const source = `snat ${header} to ${node.text}`
    return [
      `${header} saddr . ${header} daddr @self${n} ${source}`,
      `meta mark & ${String(masqueradeMark)} != 0 ${header} daddr != @near_pods${n} ${source}`,
      `${header} saddr @near_pods${n} ${header} daddr != @pods${n} ${header} daddr != @nodes${n} ${source}`,
    ]
  })
}
