/**
 * How Crosscheck treats an object: simulates it, knows that it does not affect packets, or reports that it is not
 * simulated.
 */
export type Treatment = 'simulated' | 'irrelevant' | 'not-simulated' | 'wrong-version'

/** Kinds that a world is built from, with their required API group. */
const simulated = {
  Namespace: '',
  Node: '',
  Pod: '',
  Service: '',
  Endpoints: '',
  EndpointSlice: 'discovery.k8s.io',
  Deployment: 'apps',
  StatefulSet: 'apps',
  DaemonSet: 'apps',
  ReplicaSet: 'apps',
  ReplicationController: '',
  DeploymentConfig: 'apps.openshift.io',
  Job: 'batch',
  CronJob: 'batch',
  NetworkPolicy: 'networking.k8s.io',
  ClusterNetworkPolicy: 'policy.networking.k8s.io',
} as const

export type SimulatedKind = keyof typeof simulated

/** Names that kubectl accepts for the simulated kinds, in lower case. */
const aliases: Readonly<Record<string, SimulatedKind>> = {
  ns: 'Namespace',
  no: 'Node',
  po: 'Pod',
  svc: 'Service',
  ep: 'Endpoints',
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  rs: 'ReplicaSet',
  rc: 'ReplicationController',
  dc: 'DeploymentConfig',
  cj: 'CronJob',
  netpol: 'NetworkPolicy',
  networkpolicies: 'NetworkPolicy',
}

/** Kinds of the core and other mixed groups that do not affect packets. */
const irrelevantKinds: Readonly<Record<string, readonly string[]>> = {
  '': [
    'ConfigMap',
    'Secret',
    'ServiceAccount',
    'LimitRange',
    'ResourceQuota',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'Event',
    'PodTemplate',
    'ComponentStatus',
    'Binding',
  ],
  apps: ['ControllerRevision'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
}

/** API groups that do not affect packets. */
const irrelevantGroups: readonly string[] = [
  'rbac.authorization.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'autoscaling',
  'policy',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'resource.k8s.io',
  'storage.k8s.io',
  'snapshot.storage.k8s.io',
  'events.k8s.io',
  'metrics.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'admissionregistration.k8s.io',
  'kustomize.config.k8s.io',
  'crosscheck.dev',
]

const clusterScoped: readonly string[] = [
  'Namespace',
  'Node',
  'PersistentVolume',
  'ComponentStatus',
  'IngressClass',
  'IPAddress',
  'ServiceCIDR',
  'StorageClass',
  'PriorityClass',
  'CustomResourceDefinition',
  'APIService',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'RuntimeClass',
  'CSIDriver',
  'CSINode',
  'VolumeAttachment',
  'VolumeSnapshotClass',
  'DeviceClass',
  'CertificateSigningRequest',
  'FlowSchema',
  'PriorityLevelConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'PodSecurityPolicy',
  'GatewayClass',
  'CiliumClusterwideNetworkPolicy',
  'FelixConfiguration',
  'IPPool',
  'HostEndpoint',
  'BGPPeer',
  'Tier',
  'NodePool',
  'NodeClaim',
  'EC2NodeClass',
]

/** The API group of an apiVersion: `apps` for `apps/v1`, empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}

/** How an object of that kind is treated. A custom `Service` or `NetworkPolicy` of another group is not simulated. */
export function treatmentOf(apiVersion: string, kind: string): Treatment {
  const group = groupOf(apiVersion)
  const wanted = groupOfKind(kind)
  // Other versions have a different schema.
  if (kind === 'ClusterNetworkPolicy' && apiVersion !== `${wanted}/v1alpha2`) return 'not-simulated'
  if (wanted === group) return 'simulated'
  if (wanted !== undefined && isBuiltIn(group)) return 'wrong-version'
  if (irrelevantGroups.includes(group)) return 'irrelevant'
  return Object.hasOwn(irrelevantKinds, group) && irrelevantKinds[group]?.includes(kind)
    ? 'irrelevant'
    : 'not-simulated'
}

/** The apiVersion of a simulated kind. */
export function apiVersionOf(kind: string): string | undefined {
  const group = groupOfKind(kind)
  if (group === undefined) return undefined
  if (kind === 'ClusterNetworkPolicy') return `${group}/v1alpha2`
  return group === '' ? 'v1' : `${group}/v1`
}

/** Whether a kind is cluster-scoped. Unknown kinds count as cluster-scoped by their usual prefixes. */
export function isClusterScoped(kind: string): boolean {
  return clusterScoped.includes(kind) || /^(Cluster|Global)[A-Z]/.test(kind)
}

/** Whether a kind is a built-in Kubernetes kind that manifests contain. */
export function isKnownKind(kind: string): boolean {
  return groupOfKind(kind) !== undefined || Object.values(irrelevantKinds).some((kinds) => kinds.includes(kind))
}

/** The simulated kind for a word that kubectl accepts (`deploy`, `deployments`, `Deployment`). */
export function kindOf(word: string): SimulatedKind | undefined {
  const lower = word.toLowerCase()
  if (Object.hasOwn(aliases, lower)) return aliases[lower]
  const kinds = Object.keys(simulated) as SimulatedKind[]
  return kinds.find((kind) => kind.toLowerCase() === lower || `${kind.toLowerCase()}s` === lower)
}

function groupOfKind(kind: string): string | undefined {
  return Object.hasOwn(simulated, kind) ? simulated[kind as SimulatedKind] : undefined
}

function isBuiltIn(group: string): boolean {
  return ['', 'apps', 'batch', 'extensions', 'networking.k8s.io', 'discovery.k8s.io', ...irrelevantGroups].includes(
    group,
  )
}
