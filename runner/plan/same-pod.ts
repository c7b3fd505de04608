import type { Identity } from '../../fabric/fabric.ts'
import { podsOfIdentity, representativeOf } from '../../fabric/workloads.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { Target } from '../scenario/model.ts'
import { destinationsOf } from './destinations-of-target.ts'
import type { AddressDestination } from './planned-check.ts'
import type { PlannedSource } from './planned-source.ts'

/**
 * Whether a source is exactly one pod and every address of the target is that pod. A pod always reaches itself (docs/semantics.md#rule-53; through a
 * Service, docs/semantics.md#rule-54). Another replica does not count as the pod itself.
 */
export function isItselfIn(world: World): (source: PlannedSource, target: Target) => boolean {
  const podsFrom = new Map<string, readonly Pod[]>()
  const known = new Map<string | undefined, Map<Target, readonly AddressDestination[]>>()
  const destinationsFrom = (namespace: string | undefined, target: Exclude<Target, { kind: 'dns' }>) => {
    const own = known.get(namespace) ?? new Map<Target, readonly AddressDestination[]>()
    const destinations = own.get(target) ?? destinationsOf(target, { world, namespace }).destinations
    known.set(namespace, own.set(target, destinations))
    return destinations
  }
  return ({ key, identity, namespace }, target) => {
    if (target.kind === 'dns') return false
    const pods = podsFrom.get(key) ?? podsOfIdentity(identity, world)
    podsFrom.set(key, pods)
    const [pod, ...more] = pods
    if (pod === undefined || more.length > 0) return false
    const destinations = destinationsFrom(namespace, target)
    return destinations.length > 0 && destinations.every((destination) => endsIn(pod, destination))
  }
}

/** The pod that a source is, if no other probe represents it. */
export function sourcePodOf(identity: Identity, world: World): Pod | undefined {
  return representativeOf(podsOfIdentity(identity, world))
}

function endsIn(pod: Pod, destination: AddressDestination): boolean {
  if (destination.kind === 'external') return false
  if (destination.kind === 'pod') return destination.pod.uid === pod.uid
  return (
    destination.endpoints.length > 0 && destination.endpoints.every(({ address }) => pod.addresses.includes(address))
  )
}
