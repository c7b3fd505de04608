import type { Identity } from '../../fabric/fabric.ts'
import { podsOfIdentity, representativeOf } from '../../fabric/workloads.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { Target } from '../scenario/model.ts'
import type { AddressAim } from './planned-check.ts'
import { aimsOf } from './destinations-of-target.ts'
import type { PlannedSource } from './planned-source.ts'

/**
 * Whether a source stands for one pod, and every address of a target is that pod: a pod always reaches itself (docs/semantics.md, rule 53; by a Service,
 * rule 54). A replica that reaches another one is not itself.
 */
export function isItselfIn(world: World): (source: PlannedSource, target: Target) => boolean {
  const podsFrom = new Map<string, readonly Pod[]>()
  const known = new Map<string | undefined, Map<Target, readonly AddressAim[]>>()
  const aimsFrom = (namespace: string | undefined, target: Exclude<Target, { kind: 'dns' }>) => {
    const own = known.get(namespace) ?? new Map<Target, readonly AddressAim[]>()
    const aims = own.get(target) ?? aimsOf(target, { world, namespace }).aims
    known.set(namespace, own.set(target, aims))
    return aims
  }
  return ({ key, identity, namespace }, target) => {
    if (target.kind === 'dns') return false
    const pods = podsFrom.get(key) ?? podsOfIdentity(identity, world)
    podsFrom.set(key, pods)
    const [pod, ...more] = pods
    if (pod === undefined || more.length > 0) return false
    const aims = aimsFrom(namespace, target)
    return aims.length > 0 && aims.every((aim) => endsIn(pod, aim))
  }
}

/** The pod of the world that a source is where no other probe stands for it. */
export function sourcePodOf(identity: Identity, world: World): Pod | undefined {
  return representativeOf(podsOfIdentity(identity, world))
}

function endsIn(pod: Pod, aim: AddressAim): boolean {
  if (aim.kind === 'external') return false
  if (aim.kind === 'pod') return aim.pod.uid === pod.uid
  return aim.endpoints.length > 0 && aim.endpoints.every(({ address }) => pod.addresses.includes(address))
}
