import type { Pod, Service, World } from '../../fabric/world.ts'
import type { NetworkPolicy, PolicyRule } from '../../policy/types.ts'

/** A pod of node `n1` that is ready, labelled with its name; its name in the world is `namespace/name`. */
export function pod(key: string, addresses: readonly string[], more: Partial<Pod> = {}): Pod {
  const [namespace = '', name = ''] = key.split('/')
  return {
    namespace,
    name,
    uid: key,
    labels: { pod: name },
    workload: { kind: 'Pod', name },
    node: 'n1',
    addresses,
    hostNetwork: false,
    ready: true,
    serviceAccount: 'default',
    ports: [],
    dnsPolicy: 'ClusterFirst',
    hostAliases: [],
    restarts: 0,
    ...more,
  }
}

/** A ClusterIP Service selecting the pod of its own name, on TCP port 80 to 8080. */
export function service(key: string, clusterIPs: readonly string[], more: Partial<Service> = {}): Service {
  const [namespace = '', name = ''] = key.split('/')
  return {
    namespace,
    name,
    type: 'ClusterIP',
    clusterIPs,
    headless: false,
    selector: { pod: name },
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
    publishNotReadyAddresses: false,
    internalTrafficPolicy: 'Cluster',
    externalTrafficPolicy: 'Cluster',
    ipFamilies: [4, 6],
    externalIPs: [],
    manualEndpoints: [],
    ...more,
  }
}

export function policy(key: string, more: Partial<NetworkPolicy> = {}): NetworkPolicy {
  const [namespace = '', name = ''] = key.split('/')
  return { namespace, name, podSelector: {}, policyTypes: ['ingress'], ingress: [], egress: [], ...more }
}

export const rule = (more: Partial<PolicyRule> = {}): PolicyRule => ({ peers: [], ports: [], ...more })

/** A world of these objects, with a Namespace for each pod and Service, and the nodes n1 and n2. */
export function world(objects: Partial<World>): World {
  const named = [...(objects.pods ?? []), ...(objects.services ?? [])].map(({ namespace }) => namespace)
  return {
    domain: 'cluster.local',
    families: { assigned: [4, 6], used: [4, 6] },
    nodes: [
      { name: 'n1', addresses: ['172.18.0.2', 'fd18::2'], labels: {} },
      { name: 'n2', addresses: ['172.18.0.3', 'fd18::3'], labels: {} },
    ],
    namespaces: [...new Set(named)].map((name) => ({
      name,
      labels: { 'kubernetes.io/metadata.name': name },
      labelsKnown: true,
    })),
    pods: [],
    services: [],
    dns: { kind: 'unknown', why: 'no Service' },
    policies: [],
    notSimulated: [],
    ...objects,
  }
}

/** Links of the pods of a node, named p0, p1, … in order of the world. */
export function linksOf({ pods }: World, node = 'n1'): ReadonlyMap<string, string> {
  const own = pods.filter((each) => each.node === node && !each.hostNetwork)
  return new Map(own.map(({ namespace, name }, index) => [`${namespace}/${name}`, `p${String(index)}`]))
}
