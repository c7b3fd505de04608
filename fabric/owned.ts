import type { Labels } from '../policy/types.ts'
import type { World } from './world.ts'

/** The label of everything that Crosscheck makes; nothing without it is ever changed or removed. */
export const ownedLabel = 'crosscheck.dev/owned'

/** Of resident probes and of what belongs to them, which outlive every run: its value is the probe's name. */
export const residentLabel = 'crosscheck.dev/resident'

/** The world as its owner knows it: without canaries, probes and their namespaces. */
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
