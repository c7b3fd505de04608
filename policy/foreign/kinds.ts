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

/** What an object of a kind can change; undefined where it can change nothing. */
type Reader = (object: ForeignHead) => Governed | undefined

const globalCalico: Reader = (object) => calicoPolicy({ ...object, namespace: '' })

/** By API group and kind. What a kind of another group or name can change is not known: see `governedBy`. */
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
  // Without permissions for it, a destination in the mesh is closed; which one a permission is for is written in many ways.
  'kuma.io/MeshTrafficPermission': () => ({
    effect: 'deny',
    directions: ['ingress'],
    namespaces: 'all',
    protocols: ['TCP'],
  }),
}

/** Kinds of other groups that decide about traffic, though their names do not end in `NetworkPolicy`. */
const otherKinds = new Set([
  'AuthorizationPolicy',
  'PeerAuthentication',
  'ServerAuthorization',
  'EgressFirewall',
  'TrafficPolicy',
  'MeshTrafficPermission',
  'HostEndpoint',
])

/** Kinds that stand in no namespace, by their prefixes. */
const clusterScoped = /^(Global|Cluster|Admin|BaselineAdmin|CiliumClusterwide|HostEndpoint)/

/** What an object that is not evaluated can change of what NetworkPolicies say; undefined where it can change nothing. */
export function governedBy(object: ForeignHead): Governed | undefined {
  const { apiVersion, kind } = object
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')))
  const key = `${group}/${kind}`
  if (Object.hasOwn(readers, key)) return readers[key]?.(object)
  // Staged policies are not in force.
  if (kind.startsWith('Staged') || isEvaluated(object)) return undefined
  const isPolicy = /Network(Policy|Policies)$/.test(kind) || otherKinds.has(kind)
  if (!isPolicy) return undefined
  return clusterScoped.test(kind) ? overAllNamespaces(object) : besideNetworkPolicies(object)
}

/** Those that the engine evaluates; on a fabric that cannot enforce them they are listed like others. */
function isEvaluated({ apiVersion, kind }: ForeignHead): boolean {
  if (kind === 'ClusterNetworkPolicy') return apiVersion === 'policy.networking.k8s.io/v1alpha2'
  return kind === 'NetworkPolicy' && apiVersion.startsWith('networking.k8s.io/')
}
