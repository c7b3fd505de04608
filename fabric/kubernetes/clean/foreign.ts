import { ownedLabel } from '../../owned.ts'
import type { Client } from '../api/client.ts'
import { type LiveObject, listObjects } from '../api/objects.ts'
import type { Resource } from '../api/resources.ts'

/**
 * Objects that a cluster creates in every namespace or derives from other objects. Deleting them loses no user data.
 */
const byName: ReadonlySet<string> = new Set([
  'configmaps/kube-root-ca.crt',
  'configmaps/openshift-service-ca.crt',
  'configmaps/istio-ca-root-cert',
  'serviceaccounts/default',
  'serviceaccounts/builder',
  'serviceaccounts/deployer',
])
const derived: ReadonlySet<string> = new Set(['endpoints', 'endpointslices', 'events'])
/** API groups that show other objects a second time. */
const views: ReadonlySet<string> = new Set(['metrics.k8s.io', 'custom.metrics.k8s.io', 'events.k8s.io'])

/**
 * An object in a namespace that Crosscheck did not create, as `kind name`; undefined if there is none. Checks every
 * kind that the server lists (API discovery). Rejects with the server's error if a kind cannot be listed. Objects with
 * an owner are skipped, because they are deleted with it.
 */
export async function foreignObject(
  client: Client,
  kinds: readonly Resource[],
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isForeign = ({ plural }: Resource, { metadata }: LiveObject) =>
    !Object.hasOwn(metadata.labels ?? {}, ownedLabel) &&
    (metadata.ownerReferences ?? []).length === 0 &&
    metadata.deletionTimestamp === undefined &&
    !byName.has(`${plural}/${metadata.name}`)
  const lists = kinds.map(async (resource) => {
    const found = await listObjects(client, { resource, namespace }, signal)
    const foreign = found.find((live) => isForeign(resource, live))
    return foreign === undefined ? [] : [`${resource.kind} ${foreign.metadata.name}`]
  })
  return (await Promise.all(lists)).flat()[0]
}

/** Every namespaced kind from API discovery, without those that are derived from others. */
export async function namespacedKinds(client: Client, signal: AbortSignal): Promise<readonly Resource[]> {
  const get = (path: string) => client.send({ method: 'GET', path }, signal)
  const { groups = [] } = (await get('/apis')) as { groups?: readonly Group[] }
  const preferred = groups.filter(({ name }) => !views.has(name)).map((group) => group.preferredVersion.groupVersion)
  const versions = [['/api/v1', 'v1'], ...preferred.map((version) => [`/apis/${version}`, version])] as const
  const lists = versions.map(async ([path, apiVersion]) => {
    const { resources = [] } = (await get(path!)) as { resources?: readonly Described[] }
    return resources
      .filter(({ name, namespaced, verbs }) => namespaced && verbs.includes('list') && !name.includes('/'))
      .filter(({ name }) => !derived.has(name))
      .map(({ name, kind }) => ({ apiVersion: apiVersion!, kind, plural: name, namespaced: true }))
  })
  return (await Promise.all(lists)).flat()
}

interface Group {
  readonly name: string
  readonly preferredVersion: { readonly groupVersion: string }
}

interface Described {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
}
