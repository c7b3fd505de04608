import type { Client, ClusterAccess } from '../../../fabric/kubernetes/api/client.ts'
import type { LiveObject } from '../../../fabric/kubernetes/api/objects.ts'
import type { Resource } from '../../../fabric/kubernetes/api/resources.ts'
import { roleAnnotation } from '../../../fabric/kubernetes/run-facts.ts'
import { type ManifestObject, toManifestObject } from '../../../fabric/manifests/object.ts'
import { nothingElse } from '../../../fabric/manifests/passed-over.ts'
import type { Loaded } from '../../../fabric/manifests/read.ts'
import type { Problem } from '../../../policy/types.ts'

interface Listed extends Resource {
  /** Findings would be wrong without this kind. For other kinds, a message says that they were not read. */
  readonly needed: boolean
}

const of = (apiVersion: string, kind: string, options: Partial<Listed> = {}): Listed => ({
  apiVersion,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
  needed: true,
  ...options,
})

const policies = { plural: 'networkpolicies' }
const beside = { needed: false }
const clusterWide = { needed: false, namespaced: false }

/** Kinds that rules read, and policy kinds that may override. Policy kinds that the cluster does not have are ignored. */
const listed: readonly Listed[] = [
  of('v1', 'Namespace', { namespaced: false }),
  ...['Pod', 'Service'].map((kind) => of('v1', kind)),
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind) => of('apps/v1', kind)),
  ...['Job', 'CronJob'].map((kind) => of('batch/v1', kind)),
  of('v1', 'ReplicationController', beside),
  of('apps.openshift.io/v1', 'DeploymentConfig', beside),
  of('networking.k8s.io/v1', 'NetworkPolicy', policies),
  of('discovery.k8s.io/v1', 'EndpointSlice'),
  of('v1', 'Node', clusterWide),
  of('v1', 'ConfigMap', beside),
  of('networking.k8s.io/v1', 'Ingress', { ...beside, plural: 'ingresses' }),
  of('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy', { ...clusterWide, plural: 'clusternetworkpolicies' }),
  of('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', { ...clusterWide, plural: 'adminnetworkpolicies' }),
  of('policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy', {
    ...clusterWide,
    plural: 'baselineadminnetworkpolicies',
  }),
  of('cilium.io/v2', 'CiliumNetworkPolicy', { ...beside, plural: 'ciliumnetworkpolicies' }),
  of('cilium.io/v2', 'CiliumClusterwideNetworkPolicy', { ...clusterWide, plural: 'ciliumclusterwidenetworkpolicies' }),
  of('crd.projectcalico.org/v1', 'NetworkPolicy', { ...beside, ...policies }),
  of('crd.projectcalico.org/v1', 'GlobalNetworkPolicy', { ...clusterWide, plural: 'globalnetworkpolicies' }),
]

/** Reads a live cluster, except Secrets. Rejects if listing a kind that every finding depends on is forbidden. */
export async function readCluster(access: ClusterAccess, signal: AbortSignal): Promise<LintInputs> {
  const { connectCluster } = await import('../../../fabric/kubernetes/api/client.ts')
  const client = await connectCluster(access)
  const problems: Problem[] = []
  try {
    const lists = await Promise.all(listed.map((kind) => readKind(client, kind, { problems, signal })))
    return { objects: lists.flat(), problems, ...nothingElse, texts: new Map(), live: true }
  } finally {
    await client.close()
  }
}

async function readKind(
  client: Client,
  resource: Listed,
  { problems, signal }: { readonly problems: Problem[]; readonly signal: AbortSignal },
): Promise<ManifestObject[]> {
  const { listObjects } = await import('../../../fabric/kubernetes/api/objects.ts')
  const { isStatus } = await import('../../../fabric/kubernetes/api/api-error.ts')
  try {
    const found = await listObjects(client, { resource }, signal)
    return found.filter(isOfTheCluster).flatMap((live) => toObject(live, resource) ?? [])
  } catch (error) {
    if (resource.needed || !isStatus(error, 401, 403, 404)) throw error
    if (error.status !== 404) problems.push({ severity: 'warning', message: `not looked at: ${error.message}` })
    return []
  }
}

/** A live object has no file, so its place is its name. */
function toObject(live: LiveObject, { apiVersion, kind }: Resource): ManifestObject | undefined {
  const { namespace, name } = live.metadata
  const file = [namespace, kind.toLowerCase(), name].filter((part) => part !== undefined).join('/')
  return toManifestObject({ ...live, apiVersion, kind }, () => ({ file, line: 1, column: 1 }), [])
}

/** Excludes Crosscheck's own probes. */
function isOfTheCluster({ metadata }: LiveObject): boolean {
  return metadata.annotations?.[roleAnnotation] !== 'probe'
}

/** Manifests, and the texts of files to search for ignore comments, by the file names of places. */
export interface LintInputs extends Loaded {
  readonly texts: ReadonlyMap<string, string>
  /** True if the objects are complete: a live cluster. */
  readonly live?: boolean
}
