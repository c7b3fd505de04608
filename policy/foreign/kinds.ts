import type { ForeignHead, Governed } from './governed.ts'
import { authorizationPolicy, peerAuthentication, sidecar } from './istio.ts'
import { authorization, egressNetwork, server } from './linkerd.ts'
import {
  adminPolicy,
  baselinePolicy,
  besideNetworkPolicies,
  calicoPolicy,
  ciliumPolicy,
  egressFirewall,
  hostEndpoint,
  localRedirect,
  overAllNamespaces,
} from './plugins.ts'

/** Returns what an object of a kind can change. Undefined if it can change nothing. */
type Reader = (object: ForeignHead) => Governed | undefined

const globalCalico: Reader = (object) => calicoPolicy({ ...object, namespace: '' })

/** By API group and kind. For unknown groups and kinds, see `governedBy`. */
const readers: Readonly<Record<string, Reader>> = {
  'security.istio.io/AuthorizationPolicy': authorizationPolicy,
  'security.istio.io/PeerAuthentication': peerAuthentication,
  'networking.istio.io/Sidecar': sidecar,
  'policy.linkerd.io/Server': server,
  'policy.linkerd.io/ServerAuthorization': authorization,
  'policy.linkerd.io/AuthorizationPolicy': authorization,
  'policy.linkerd.io/EgressNetwork': egressNetwork,
  'cilium.io/CiliumNetworkPolicy': ciliumPolicy,
  'cilium.io/CiliumClusterwideNetworkPolicy': (object) => ciliumPolicy({ ...object, namespace: '' }),
  'cilium.io/CiliumLocalRedirectPolicy': localRedirect,
  'crd.projectcalico.org/NetworkPolicy': calicoPolicy,
  'projectcalico.org/NetworkPolicy': calicoPolicy,
  'crd.projectcalico.org/GlobalNetworkPolicy': globalCalico,
  'projectcalico.org/GlobalNetworkPolicy': globalCalico,
  'crd.projectcalico.org/HostEndpoint': hostEndpoint,
  'projectcalico.org/HostEndpoint': hostEndpoint,
  'crd.antrea.io/ClusterNetworkPolicy': overAllNamespaces,
  'policy.networking.k8s.io/AdminNetworkPolicy': adminPolicy,
  'policy.networking.k8s.io/BaselineAdminNetworkPolicy': baselinePolicy,
  'k8s.ovn.org/EgressFirewall': egressFirewall,
  'network.openshift.io/EgressNetworkPolicy': egressFirewall,
  // A destination in the mesh is denied without permissions for it, and permissions name their destination in many ways.
  'kuma.io/MeshTrafficPermission': () => ({
    effect: 'deny',
    directions: ['ingress'],
    namespaces: 'all',
    protocols: ['TCP'],
  }),
}

/** Kinds of other groups that affect traffic although their names do not end in `NetworkPolicy`. */
const otherKinds = new Set([
  'AuthorizationPolicy',
  'PeerAuthentication',
  'ServerAuthorization',
  'EgressFirewall',
  'TrafficPolicy',
  'MeshTrafficPermission',
  'HostEndpoint',
])

/** Prefixes of cluster-scoped kinds. */
const clusterScoped = /^(Global|Cluster|Admin|BaselineAdmin|CiliumClusterwide|HostEndpoint)/

/** Returns what an object that the engine does not evaluate can change of NetworkPolicy verdicts. Undefined if it can change nothing. */
export function governedBy(object: ForeignHead): Governed | undefined {
  const { apiVersion, kind } = object
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')))
  const key = `${group}/${kind}`
  if (Object.hasOwn(readers, key)) return readers[key]?.(object)
  // Staged policies are not enforced.
  if (kind.startsWith('Staged') || isEvaluated(object)) return undefined
  const isPolicy = /Network(Policy|Policies)$/.test(kind) || otherKinds.has(kind)
  if (!isPolicy) return undefined
  return clusterScoped.test(kind) ? overAllNamespaces(object) : besideNetworkPolicies(object)
}

/** Kinds that the engine evaluates. If a fabric cannot enforce them, they are listed like the others. */
function isEvaluated({ apiVersion, kind }: ForeignHead): boolean {
  if (kind === 'ClusterNetworkPolicy') return apiVersion === 'policy.networking.k8s.io/v1alpha2'
  return kind === 'NetworkPolicy' && apiVersion.startsWith('networking.k8s.io/')
}
