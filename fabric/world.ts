import type { ClusterPolicy } from '../policy/cluster-policy.ts'
import type { Labels, NetworkPolicy, Place, Protocol } from '../policy/types.ts'

/** The objects of a lab or cluster: plain data, read once, never changed in place. */
export interface World {
  readonly domain: string
  /** What the manifests leave open and the world assumes; absent for a live cluster. */
  readonly assumed?: Assumed
  readonly families: Families
  readonly nodes: readonly Node[]
  readonly namespaces: readonly Namespace[]
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
  /** The resolver of pods with `dnsPolicy: ClusterFirst`. */
  readonly dns: ClusterDns
  /** NodeLocal DNSCache, if the input or the cluster has it. */
  readonly nodeLocalDns?: NodeLocalDns
  readonly policies: readonly NetworkPolicy[]
  /** ClusterNetworkPolicies (policy.networking.k8s.io/v1alpha2) that are enforced here. */
  readonly clusterPolicies?: readonly ClusterPolicy[]
  /** Policies that the fabric cannot enforce. Where they apply, packets behave differently from a real cluster. */
  readonly notEnforced?: readonly ClusterPolicy[]
  /** Objects that have no effect here (custom resources, Ingress, mesh objects). The report lists them. */
  readonly notSimulated: readonly ObjectRef[]
  /** The version of each policy, on a live cluster. */
  readonly policyVersions?: readonly PolicyVersion[]
  /** Writes of the last minutes, on a live cluster. */
  readonly recent?: readonly Recent[]
  /** What could not be read or parsed. Predictions that depend on it are unknown. Absent if everything was read. */
  readonly unread?: readonly Unread[]
  /**
   * Names outside the cluster that the input declares, in lower case: hosts of ServiceEntries (including
   * `*.example.com`), stand-ins of the lab.
   */
  readonly externals?: readonly string[]
  /** Addresses of names outside the cluster: those in the input, and those of the lab's stand-ins. */
  readonly externalHosts?: readonly ExternalHost[]
}

/** A name outside the cluster with an address. */
export interface ExternalHost {
  /** In lower case. */
  readonly name: string
  readonly address: string
  /** The lab chose the address; it is not the host's real one. */
  readonly chosen?: true
}

/** Address families, IPv4 first. */
export interface Families {
  /** Families of addresses and ranges that pods, nodes and Services have in the input or on the cluster. */
  readonly assigned: readonly (4 | 6)[]
  /** Families of pods without given addresses. Includes families that policies name or a scenario requests. */
  readonly used: readonly (4 | 6)[]
}

/** What the input lacks, apart from DNS servers. */
export interface Assumed {
  /** Kinds of objects whose addresses were assigned. */
  readonly addressesOf: readonly ('pods' | 'Services' | 'nodes')[]
  /** Addresses of pods and nodes. */
  readonly addresses: readonly string[]
  /** Names of nodes. */
  readonly nodes: readonly string[]
}

/** Namespace and name of an object. */
export interface ObjectName {
  readonly namespace: string
  readonly name: string
}

/** The cluster's DNS. `service` names one of the world's Services. */
export type ClusterDns =
  /** Its pods are in the input or on the cluster. Its Service is too, or is a stand-in that selects them. */
  | { readonly kind: 'found'; readonly service: ObjectName }
  /**
   * The input has no DNS pod, so `pod` is a stand-in. If the Service is in the input, the pod has the labels that it
   * selects.
   */
  | {
      readonly kind: 'assumed'
      readonly service: ObjectName
      readonly pod: ObjectName
      /** Whether the input has the Service, which gives the namespace and labels of the pods. */
      readonly serviceGiven: boolean
    }
  | { readonly kind: 'unknown'; readonly why: string }

/** A DNS cache on the network of every node. */
export interface NodeLocalDns {
  readonly namespace: string
  /** The DaemonSet. */
  readonly name: string
  /** The addresses at which it answers on each node (`-localip`); empty if unknown. */
  readonly addresses: readonly string[]
}

export interface PolicyVersion {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
}

/** An object that affects paths, and when it was last written (milliseconds since the epoch). */
export interface Recent {
  readonly kind: 'NetworkPolicy' | 'Namespace' | 'Pod'
  /** Empty for a Namespace. */
  readonly namespace: string
  readonly name: string
  readonly at: number
}

export interface Unread {
  readonly kind: string
  /** The API group of a kind that is not part of a world. Its objects may override policies. */
  readonly group?: string
  /** All namespaces when absent. */
  readonly namespace?: string
  /** Namespaces that could be read individually. */
  readonly except?: readonly string[]
  readonly why: string
}

export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly place?: Place
  /** The object itself, if it may affect traffic. */
  readonly value?: Readonly<Record<string, unknown>>
  /** For an Istio object: the root namespaces of its meshes, if known. */
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
  /**
   * False if there is no Namespace object and only `kubernetes.io/metadata.name` is known (docs/semantics.md, rule 27).
   */
  readonly labelsKnown: boolean
  readonly place?: Place
}

export interface ContainerPort {
  readonly name?: string
  readonly port: number
  readonly protocol: Protocol
  /** Declared by an init container with restartPolicy Always (docs/semantics.md, rule 45). */
  readonly sidecar?: boolean
}

/** The workload of a pod as users name it: the Deployment, not its ReplicaSet. */
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
  /** `spec.hostname` and `spec.subdomain`, which form a pod's headless name. */
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
  /**
   * For a ready live pod: the TCP sockets that its kubelet probes successfully (no policy blocks this,
   * docs/semantics.md, rule 51).
   */
  readonly answering?: readonly { readonly address: string; readonly port: number }[]
  /** Why one of its containers does not run, from its status: `app waits: CrashLoopBackOff: …`. */
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
  /** Load balancer and external addresses of this Service. */
  readonly externalIPs: readonly string[]
  /** From Endpoints or EndpointSlice objects, for a Service without selector. */
  readonly manualEndpoints: readonly ManualEndpoint[]
  /** The namespace of its Istio waypoint, if it is a different one. */
  readonly waypointNamespace?: string
  readonly place?: Place
}

export interface ManualEndpoint {
  readonly addresses: readonly string[]
  readonly ready: boolean
  readonly hostname?: string
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol: Protocol }[]
}
