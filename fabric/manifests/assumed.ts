import type { Assumed, World } from '../world.ts'
import type { NodeDraft } from './nodes.ts'
import type { PodDraft } from './pods.ts'
import type { ServiceDraft } from './services.ts'

interface Given {
  readonly world: Pick<World, 'pods' | 'nodes'>
  /** Addresses of objects in the input. */
  readonly claimed: ReadonlySet<string>
  readonly pods: readonly PodDraft[]
  readonly nodes: readonly NodeDraft[]
  readonly services: readonly ServiceDraft[]
}

/** What was assigned to objects of the input, and which nodes are not in the input. */
export function assumedFor({ world, claimed, pods, nodes, services }: Given): Assumed {
  const withoutAddress = {
    pods: pods.some(({ status, template }) => status.addresses === undefined && !template.hostNetwork),
    Services: services.some((each) => each.type !== 'ExternalName' && !each.headless && each.clusterIPs.length === 0),
    nodes: nodes.some(({ addresses, place }) => addresses.length === 0 && place !== undefined),
  }
  const kinds = ['pods', 'Services', 'nodes'] as const
  return {
    addressesOf: kinds.filter((kind) => withoutAddress[kind]),
    addresses: [...new Set([...world.pods, ...world.nodes].flatMap(({ addresses }) => addresses))].filter(
      (address) => !claimed.has(address),
    ),
    nodes: nodes.filter(({ place }) => place === undefined).map(({ name }) => name),
  }
}
