import { matchesSelector } from '../policy/selector.ts'
import type { Direction, NetworkPolicy } from '../policy/types.ts'
import type { Pod, World } from './world.ts'

/**
 * Policies that select the pod and isolate it in that direction (docs/semantics.md, rules 1 to 3, 50). hostNetwork pods
 * are never selected.
 */
export function isolatingPolicies(pod: Pod, direction: Direction, world: World): NetworkPolicy[] {
  if (pod.hostNetwork) return []
  return world.policies.filter(
    (policy) =>
      policy.namespace === pod.namespace &&
      policy.policyTypes.includes(direction) &&
      matchesSelector(policy.podSelector, pod.labels),
  )
}

/** `namespace/name` of each policy, for sentences. */
export function policyNames(policies: readonly NetworkPolicy[]): string {
  return policies.map((policy) => `${policy.namespace}/${policy.name}`).join(', ')
}
