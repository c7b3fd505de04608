import type { ClusterPolicy } from '../policy/cluster-policy.ts'
import type { Labels, NetworkPolicy, Place, Protocol } from '../policy/types.ts'

/** What exists, as the lab was told or as a cluster answers: plain data, read once, never changed in place. */
export interface World {
  readonly domain: string
  /** What manifests leave to a cluster, and was made up; absent for a live cluster. */
  readonly assumed?: Assumed
  readonly families: Families
  readonly nodes: readonly Node[]
  readonly namespaces: readonly Namespace[]
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
  /** Where pods with `dnsPolicy: ClusterFirst` resolve names. */
  readonly dns: ClusterDns
  /** NodeLocal DNSCache, where the input or the cluster has it. */
  readonly nodeLocalDns?: NodeLocalDns
  readonly policies: readonly NetworkPolicy[]
  /** ClusterNetworkPolicies (policy.networking.k8s.io/v1alpha2) that are enforced here. */
  readonly clusterPolicies?: readonly ClusterPolicy[]
  /** Those that are not, because the fabric cannot: what packets do where they decide is not what a cluster would do. */
  readonly notEnforced?: readonly ClusterPolicy[]
  /** Objects that nothing here acts on (custom resources, Ingress, mesh objects): said once, never dropped silently. */
  readonly notSimulated: readonly ObjectRef[]
  /** Which version of each policy this is, where a cluster told. */
  readonly policyVersions?: readonly PolicyVersion[]
  /** Of a live cluster: what was written in the last minutes. */
  readonly recent?: readonly Recent[]
  /** What could not be read, or not be understood: predictions that depend on it are undefined. Absent where everything was. */
  readonly unread?: readonly Unread[]
  /** Names outside the cluster that the input declares, in lower case: hosts of ServiceEntries (`*.example.com` too), stand-ins of the lab. */
  readonly externals?: readonly string[]
  /** Addresses of names outside the cluster: those that the input declares, and those of the lab's stand-ins. */
  readonly externalHosts?: readonly ExternalHost[]
}

/** A name outside the cluster with an address. */
export interface ExternalHost {
  /** In lower case. */
  readonly name: string
  readonly address: string
  /** The lab chose the address: it is not the host's. */
  readonly chosen?: true
}

/** Address families, IPv4 first. */
export interface Families {
  /** Those of addresses and ranges that pods, nodes and Services have in the input or on the cluster. */
  readonly assigned: readonly (4 | 6)[]
  /** Those that pods without given addresses get: with the families that policies name or a scenario asks for. */
  readonly used: readonly (4 | 6)[]
}

/** What the input does not have, beside the servers of DNS. */
export interface Assumed {
  /** Whose addresses were handed out. */
  readonly addressesOf: readonly ('pods' | 'Services' | 'nodes')[]
  /** Those of pods and nodes. */
  readonly addresses: readonly string[]
  /** Names of nodes. */
  readonly nodes: readonly string[]
}

/** Namespace and name of an object. */
export interface ObjectName {
  readonly namespace: string
  readonly name: string
}

/** The cluster's DNS: `service` names one of the world's Services. */
export type ClusterDns =
  /** The pods behind it are in the input or on the cluster; its Service too, or else a stand-in that selects them. */
  | { readonly kind: 'found'; readonly service: ObjectName }
  /** The input has no pod of the cluster's DNS: `pod` is a stand-in. Where the Service is in the input, the pod has the labels that it selects. */
  | {
      readonly kind: 'assumed'
      readonly service: ObjectName
      readonly pod: ObjectName
      /** Whether the input has the Service, which says in which namespace the pods are and which labels they have. */
      readonly serviceGiven: boolean
    }
  | { readonly kind: 'unknown'; readonly why: string }

/** A DNS cache on every node's own network. */
export interface NodeLocalDns {
  readonly namespace: string
  /** The DaemonSet. */
  readonly name: string
  /** The addresses at which it answers on each node (`-localip`); empty where they are not known. */
  readonly addresses: readonly string[]
}

export interface PolicyVersion {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
}

/** Something that decides over paths, and when it was last written (milliseconds since the epoch). */
export interface Recent {
  readonly kind: 'NetworkPolicy' | 'Namespace' | 'Pod'
  /** Empty for a Namespace. */
  readonly namespace: string
  readonly name: string
  readonly at: number
}

export interface Unread {
  readonly kind: string
  /** The API group of a kind that is none of those a world consists of: its objects may decide otherwise. */
  readonly group?: string
  /** Everywhere when absent. */
  readonly namespace?: string
  /** Namespaces that were read one by one all the same. */
  readonly except?: readonly string[]
  readonly why: string
}

export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly place?: Place
  /** The object itself, where it may decide over traffic. */
  readonly value?: Readonly<Record<string, unknown>>
  /** Of an object of Istio: the root namespaces of its meshes, where they are known. */
  readonly meshRoots?: readonly string[]
}

export interface Node {
  readonly name: string
  /** InternalIPs, IPv4 first. */
  readonly addresses: readonly string[]
  readonly labels: Labels
}

export interface Namespace {
  readonly name: string
  readonly labels: Labels
  /** False when no Namespace object was given and only `kubernetes.io/metadata.name` is known (docs/semantics.md, rule 27). */
  readonly labelsKnown: boolean
  readonly place?: Place
}

export interface ContainerPort {
  readonly name?: string
  readonly port: number
  readonly protocol: Protocol
  /** Declared by an init container that restarts always (docs/semantics.md, rule 45). */
  readonly sidecar?: boolean
}

/** The workload that a pod belongs to, as people name it: the Deployment, not its ReplicaSet. */
export interface Workload {
  readonly kind:
    | ('Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'Job' | 'CronJob' | 'Pod')
    | ('ReplicationController' | 'DeploymentConfig')
  readonly name: string
}

export interface Pod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly labels: Labels
  readonly workload: Workload
  readonly node: string
  /** podIPs, IPv4 first; the node's addresses for a hostNetwork pod; empty while it has none. */
  readonly addresses: readonly string[]
  readonly hostNetwork: boolean
  readonly ready: boolean
  readonly serviceAccount: string
  /** Ports of containers, and of init containers with restartPolicy Always (docs/semantics.md, rule 45). */
  readonly ports: readonly ContainerPort[]
  /** `spec.hostname` and `spec.subdomain`, which give a pod its headless name. */
  readonly hostname?: string
  readonly subdomain?: string
  readonly dnsPolicy: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None'
  readonly dnsConfig?: {
    readonly nameservers: readonly string[]
    readonly searches: readonly string[]
    readonly ndots?: number
  }
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[]
  readonly restarts: number
  /** Of a live pod that is ready: the TCP sockets at which its kubelet asks for that, and is answered (no policy stops it, docs/semantics.md, rule 51). */
  readonly answering?: readonly { readonly address: string; readonly port: number }[]
  /** What keeps a container of it from running, as its cluster says: `app waits: CrashLoopBackOff: …`. */
  readonly trouble?: string
  readonly place?: Place
}

export interface ServicePort {
  readonly name?: string
  readonly port: number
  readonly protocol: Protocol
  readonly targetPort: number | string
  readonly nodePort?: number
}

export interface Service {
  readonly namespace: string
  readonly name: string
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  /** Empty for a headless Service and for ExternalName. IPv4 first. */
  readonly clusterIPs: readonly string[]
  readonly headless: boolean
  readonly externalName?: string
  readonly selector: Labels | undefined
  readonly ports: readonly ServicePort[]
  readonly publishNotReadyAddresses: boolean
  readonly internalTrafficPolicy: 'Cluster' | 'Local'
  readonly externalTrafficPolicy: 'Cluster' | 'Local'
  readonly ipFamilies: readonly (4 | 6)[]
  /** Load balancer and external addresses that lead to this Service. */
  readonly externalIPs: readonly string[]
  /** From Endpoints or EndpointSlice objects, for a Service without selector. */
  readonly manualEndpoints: readonly ManualEndpoint[]
  /** The namespace of the Istio waypoint that it uses, where that is another one. */
  readonly waypointNamespace?: string
  readonly place?: Place
}

export interface ManualEndpoint {
  readonly addresses: readonly string[]
  readonly ready: boolean
  readonly hostname?: string
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol: Protocol }[]
}
