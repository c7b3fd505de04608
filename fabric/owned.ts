import type { Labels } from '../policy/types.ts'
import type { World } from './world.ts'

/** The label of everything that Crosscheck creates. It never changes or deletes an object without it. */
export const ownedLabel = 'crosscheck.dev/owned'

/** Label of resident probes and their objects, which persist across runs. Its value is the probe's name. */
export const residentLabel = 'crosscheck.dev/resident'

/** The user's view of the world: without canaries, probes and their namespaces. */
export function withoutOwned(world: World): World {
  const own = new Set(world.namespaces.filter(({ labels }) => isOwned(labels)).map(({ name }) => name))
  const foreign = ({ namespace }: { readonly namespace: string }) => !own.has(namespace)
  return {
    ...world,
    namespaces: world.namespaces.filter(({ name }) => !own.has(name)),
    pods: world.pods.filter((pod) => foreign(pod) && !isOwned(pod.labels)),
    services: world.services.filter(foreign),
    policies: world.policies.filter(foreign),
  }
}

function isOwned(labels: Labels): boolean {
  return labels[ownedLabel] === 'true' || labels[residentLabel] !== undefined
}
