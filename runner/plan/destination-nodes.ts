import { remembered } from '../../fabric/endpoints.ts'
import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { NetworkPolicy } from '../../policy/types.ts'
import type { Target } from '../scenario/model.ts'
import { destinationsOf } from './destinations-of-target.ts'
import { nameServers } from './dns.ts'
import { hostNameOf } from './path-context.ts'
import type { AddressDestination } from './planned-check.ts'
import { policyIndexOf } from './policy-index.ts'

/** The possible destinations of a path: the target, and the cluster's DNS if the target is a name. */
export interface PossibleDestinations {
  readonly pods: readonly Pod[]
  /** Nodes whose addresses belong to the target. */
  readonly nodes: ReadonlySet<string>
  /** Policies that govern ingress to these pods; all policies of the world without a target. */
  readonly ingress: readonly NetworkPolicy[]
  /** Whether the target is a Service that routes only to pods on the source's node. */
  readonly isLocal: boolean
}

/** All possible destinations of a target, for a source in this namespace. */
export function possibleDestinationsOf(
  target: Target | undefined,
  namespace: string,
  world: World,
): PossibleDestinations {
  if (target === undefined) return { pods: [], nodes: new Set(), ingress: world.policies, isLocal: false }
  const destinations = destinationsTo(target, namespace, world)
  const nodes = new Set(
    destinations.flatMap((destination) => (destination.kind === 'node' ? [destination.node.name] : [])),
  )
  const pods = [
    ...new Set(destinations.flatMap((destination) => (destination.kind === 'pod' ? [destination.pod] : []))),
  ]
  return {
    ...towards([...pods, ...podsBehind(destinations, world)], world),
    nodes,
    isLocal: isLocal(target, namespace, world),
  }
}

/** Whether a target may include a node's address. A cheap approximation: it may return true for a target without one. */
export function mayMeetNodes(target: Target | undefined, { pods }: Pick<World, 'pods'>): boolean {
  if (target === undefined) return false
  const isLiteral = 'host' in target && target.kind !== 'dns' && hostNameOf(target) === undefined
  return target.kind === 'nodePort' || isLiteral || remembered(onHosts, pods, () => pods.some((pod) => pod.hostNetwork))
}

const onHosts = new WeakMap<readonly Pod[], boolean>()

/** The destinations of pods at their pod addresses. */
export function towards(pods: readonly Pod[], { policies }: Pick<World, 'policies'>): PossibleDestinations {
  const index = policyIndexOf(policies)
  const ingress = [...new Set(pods.flatMap((pod) => index.governing('ingress', pod)))]
  return { pods, nodes: new Set(), ingress, isLocal: false }
}

function destinationsTo(target: Target, namespace: string, world: World): readonly AddressDestination[] {
  if (target.kind === 'dns') return nameServers(target.server, world)
  const { destinations } = destinationsOf(target, { world, namespace })
  return hostNameOf(target) === undefined ? destinations : [...destinations, ...nameServers(undefined, world)]
}

/** Pods behind a NodePort, whose addresses are not the target's. For an endpoint on the host's network, all host-network pods of its node. */
function podsBehind(destinations: readonly AddressDestination[], world: World): Pod[] {
  const addresses = new Set(
    destinations.flatMap((destination) =>
      destination.kind === 'node' ? destination.endpoints.map((each) => each.address) : [],
    ),
  )
  if (addresses.size === 0) return []
  return world.pods.filter((pod) => pod.addresses.some((address) => addresses.has(address)))
}

function isLocal(target: Target, namespace: string, world: World): boolean {
  if (!('host' in target) || target.kind === 'dns') return false
  const named = lookUpHost(target.host, namespace, world)
  return named.kind === 'service' && named.service.internalTrafficPolicy === 'Local'
}
