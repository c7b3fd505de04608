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

/** Where a path may lead: to a target, and for a name to the cluster's DNS before it. */
export interface PossibleDestinations {
  readonly pods: readonly Pod[]
  /** Nodes whose own addresses are among the target's. */
  readonly nodes: ReadonlySet<string>
  /** Policies that govern what enters these pods; all of the world where there is no target. */
  readonly ingress: readonly NetworkPolicy[]
  /** A Service that leads to pods on the source's node only. */
  readonly isLocal: boolean
}

/** All that a target may lead to from a namespace. */
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

/** Whether a target may lead to a node's own address, by what costs little to find out. */
export function mayMeetNodes(target: Target | undefined, { pods }: Pick<World, 'pods'>): boolean {
  if (target === undefined) return false
  const isLiteral = 'host' in target && target.kind !== 'dns' && hostNameOf(target) === undefined
  return target.kind === 'nodePort' || isLiteral || remembered(onHosts, pods, () => pods.some((pod) => pod.hostNetwork))
}

const onHosts = new WeakMap<readonly Pod[], boolean>()

/** Pods at their own addresses. */
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

/** Pods behind a NodePort, which are no addresses of the target themselves, and what else is on the network of a node there. */
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
