import type { World } from './world.ts'

/** The same world on a fabric that enforces only NetworkPolicies. Policies that it does not enforce are listed. */
export function withoutClusterPolicies({ clusterPolicies = [], ...world }: World): World {
  if (clusterPolicies.length === 0) return world
  const refs = clusterPolicies.map(({ name, place }) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    namespace: '',
    name,
    ...(place === undefined ? {} : { place }),
  }))
  return { ...world, notEnforced: clusterPolicies, notSimulated: [...world.notSimulated, ...refs] }
}
