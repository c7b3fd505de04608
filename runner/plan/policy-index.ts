import { remembered } from '../../fabric/endpoints.ts'
import type { Pod } from '../../fabric/world.ts'
import { type Located, locate, networkId, newNetworks } from '../../policy/engine/networks.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { Direction, IpBlock, NetworkPolicy } from '../../policy/types.ts'

/** The policies of a world, indexed for queries about many pods. */
export interface PolicyIndex {
  /**
   * Policies that select a pod in a direction. Pods on the host's network are included, because some plugins treat them as pods
   * (docs/semantics.md#rule-50).
   */
  governing(direction: Direction, pod: Pod): readonly NetworkPolicy[]
  isIn(block: IpBlock, address: string): boolean
  /** A key that is equal for addresses in the same ipBlocks. */
  blocksOf(address: string): string
}

const indexes = new WeakMap<readonly NetworkPolicy[], PolicyIndex>()

/** Indexes a list of policies once and caches it. The list must never be mutated. */
export function policyIndexOf(policies: readonly NetworkPolicy[]): PolicyIndex {
  return remembered(indexes, policies, () => indexed(policies))
}

function indexed(policies: readonly NetworkPolicy[]): PolicyIndex {
  const bySpace = Map.groupBy(policies, ({ namespace }) => namespace)
  const networks = newNetworks()
  for (const { cidr, except = [] } of policies.flatMap(blocksIn))
    for (const each of [cidr, ...except]) networkId(networks, each)
  const places = new Map<string, Located | undefined>()
  const placeOf = (address: string) => {
    if (!places.has(address)) places.set(address, locate(networks, address))
    return places.get(address)?.networks
  }
  return {
    governing: (direction, pod) =>
      (bySpace.get(pod.namespace) ?? []).filter(
        ({ policyTypes, podSelector }) => policyTypes.includes(direction) && matchesSelector(podSelector, pod.labels),
      ),
    isIn({ cidr, except = [] }, address) {
      const place = placeOf(address)
      return (
        place?.has(networkId(networks, cidr)) === true && !except.some((each) => place.has(networkId(networks, each)))
      )
    },
    blocksOf: (address) => [...(placeOf(address) ?? [])].toSorted((a, b) => a - b).join(' '),
  }
}

function blocksIn({ ingress, egress }: NetworkPolicy): readonly IpBlock[] {
  return [...ingress, ...egress].flatMap(({ peers }) => peers.flatMap(({ ipBlock }) => ipBlock ?? []))
}
