import type { ForeignObject } from './world.ts'

/** Kinds that decide over traffic and do not end in `NetworkPolicy`: meshes, and plugins' firewalls. */
const otherKinds = new Set([
  ...[
    'AuthorizationPolicy',
    'PeerAuthentication',
    'ServerAuthorization',
    'EgressFirewall',
    'CiliumLocalRedirectPolicy',
  ],
  ...['TrafficPolicy', 'HTTPRouteGroup', 'MeshTrafficPermission', 'GlobalNetworkSet', 'HostEndpoint'],
])

/** Prefixes of kinds that stand in no namespace, whatever the reader of the object put there. */
const clusterScoped = /^(Global|Cluster|Admin|BaselineAdmin|CiliumClusterwide|StagedGlobal|HostEndpoint)/

/** Whether an object that is not evaluated may decide over traffic: every `…NetworkPolicy` but the one of networking.k8s.io, and meshes' kinds. */
export function isForeignPolicy({ apiVersion, kind }: ForeignObject): boolean {
  if (kind.startsWith('Staged')) return false
  if (/Network(Policy|Policies)$/.test(kind) || kind === 'CiliumClusterwideNetworkPolicy')
    return !isOwn({ apiVersion, kind })
  return otherKinds.has(kind)
}

/** Those of the objects that may decide over traffic from or to one of these namespaces. */
export function overriding(objects: readonly ForeignObject[], namespaces: readonly string[]): ForeignObject[] {
  return objects.filter(
    ({ kind, namespace }) => clusterScoped.test(kind) || namespace === '' || namespaces.includes(namespace),
  )
}

/** Of those that the engine evaluates; on a fabric that cannot enforce them they are listed like others. */
function isOwn({ apiVersion, kind }: Pick<ForeignObject, 'apiVersion' | 'kind'>): boolean {
  if (kind === 'ClusterNetworkPolicy') return apiVersion === 'policy.networking.k8s.io/v1alpha2'
  return kind === 'NetworkPolicy' && apiVersion.startsWith('networking.k8s.io/')
}
