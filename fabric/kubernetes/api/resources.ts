/** One kind of object as the API server serves it. */
export interface Resource {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

const of = (apiVersion: string, kind: string, plural: string, namespaced = true): Resource => ({
  apiVersion,
  kind,
  plural,
  namespaced,
})

/** The kinds that Crosscheck reads or creates on a cluster. It handles no other kind. */
export const resources = {
  Namespace: of('v1', 'Namespace', 'namespaces', false),
  Node: of('v1', 'Node', 'nodes', false),
  Pod: of('v1', 'Pod', 'pods'),
  Service: of('v1', 'Service', 'services'),
  ConfigMap: of('v1', 'ConfigMap', 'configmaps'),
  ServiceAccount: of('v1', 'ServiceAccount', 'serviceaccounts'),
  ResourceQuota: of('v1', 'ResourceQuota', 'resourcequotas'),
  LimitRange: of('v1', 'LimitRange', 'limitranges'),
  Endpoints: of('v1', 'Endpoints', 'endpoints'),
  EndpointSlice: of('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  NetworkPolicy: of('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  Deployment: of('apps/v1', 'Deployment', 'deployments'),
  StatefulSet: of('apps/v1', 'StatefulSet', 'statefulsets'),
  DaemonSet: of('apps/v1', 'DaemonSet', 'daemonsets'),
  ReplicaSet: of('apps/v1', 'ReplicaSet', 'replicasets'),
  ReplicationController: of('v1', 'ReplicationController', 'replicationcontrollers'),
  DeploymentConfig: of('apps.openshift.io/v1', 'DeploymentConfig', 'deploymentconfigs'),
  Job: of('batch/v1', 'Job', 'jobs'),
  CronJob: of('batch/v1', 'CronJob', 'cronjobs'),
  Secret: of('v1', 'Secret', 'secrets'),
  Role: of('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  RoleBinding: of('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  PodDisruptionBudget: of('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  HorizontalPodAutoscaler: of('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
} as const satisfies Readonly<Record<string, Resource>>

export type ResourceKind = keyof typeof resources

/** The resource of a kind, if Crosscheck handles that kind in that API group. */
export function resourceOf(apiVersion: string, kind: string): Resource | undefined {
  if (!Object.hasOwn(resources, kind)) return undefined
  const resource = resources[kind as ResourceKind]
  const groupOf = (version: string) => (version.includes('/') ? version.split('/')[0] : '')
  return groupOf(resource.apiVersion) === groupOf(apiVersion) ? resource : undefined
}

/** The resource of a kind in any API group. */
export function resourceOfKind(kind: string): Resource | undefined {
  return Object.hasOwn(resources, kind) ? resources[kind as ResourceKind] : undefined
}

/** The path of a collection, or of one object if a name is given (API concepts, "resource URIs"). */
export function pathOf(resource: Resource, namespace: string | undefined, name?: string): string {
  const root = resource.apiVersion.includes('/') ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`
  const within = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${within}/${resource.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}
