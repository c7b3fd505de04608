import type { ManifestObject } from '../../manifests/object.ts'
import type { PolicyVersion, Recent, Unread, World } from '../../world.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { type LiveObject, listObjects } from '../api/objects.ts'
import { type ResourceKind, resources } from '../api/resources.ts'
import { roleAnnotation } from '../run-facts.ts'
import { readMeshConfigs } from './istio-mesh.ts'
import { toObject, worldOf } from './live-world.ts'
import { withCacheArguments } from './node-local-dns.ts'
import { readOtherPolicies } from './other-policies.ts'
import { projected, shapeOf } from './project.ts'
import { recentOf } from './recent-writes.ts'

/** The kinds from which a live world is read. Workloads are not needed: a pod's owner names its workload. */
const read = [
  'Node',
  'Namespace',
  'Pod',
  'Service',
  'EndpointSlice',
  'NetworkPolicy',
] as const satisfies readonly ResourceKind[]

export interface WorldScope {
  /** Namespaces to read if the whole cluster cannot be listed. */
  readonly namespaces: readonly string[]
  /** Report writes after this time (milliseconds since the epoch); none when absent. */
  readonly since?: number
}

/**
 * The world of a live cluster, without Crosscheck's probes. What cannot be read is named in `unread`; other failures
 * reject.
 */
export async function readWorld(client: Client, scope: WorldScope, signal: AbortSignal): Promise<World> {
  return (await readCluster(client, scope, signal)).world
}

/** A cluster's world and the objects that it was made from, both without Crosscheck's probes. */
export interface LiveCluster {
  readonly world: World
  readonly objects: readonly ManifestObject[]
}

/** Like `readWorld`, with the objects. */
export async function readCluster(client: Client, scope: WorldScope, signal: AbortSignal): Promise<LiveCluster> {
  const unread: Unread[] = []
  const recent: Recent[] = []
  const [others, ...lists] = await Promise.all([
    readOtherPolicies(client, unread, signal),
    ...read.map((kind) => readKind(client, kind, { ...scope, unread, recent }, signal)),
  ])
  const own = lists.flatMap((list, index) => list.flatMap((live) => toObject(live, resources[read[index]!]) ?? []))
  const objects = [...own, ...others]
  const [detailed, meshes] = await Promise.all([
    withCacheArguments(client, objects, signal),
    readMeshConfigs(client, objects, signal),
  ])
  const { world, problems } = worldOf([...detailed, ...meshes])
  const known = new Set(world.policies.map(({ namespace, name }) => `${namespace}/${name}`))
  for (const { kind, namespace, name } of own) {
    if (kind !== 'NetworkPolicy' || known.has(`${namespace}/${name}`)) continue
    const why = problems.find(({ message }) => message.includes(`${namespace}/${name}`))?.message
    unread.push({ kind, namespace, why: why ?? `the policy ${name} was not understood` })
  }
  const policyVersions = versionsOf(lists[read.indexOf('NetworkPolicy')]!)
  return { world: { ...world, policyVersions, recent, ...(unread.length === 0 ? {} : { unread }) }, objects }
}

async function readKind(
  client: Client,
  kind: (typeof read)[number],
  { namespaces, since, unread, recent }: WorldScope & { readonly unread: Unread[]; readonly recent: Recent[] },
  signal: AbortSignal,
): Promise<LiveObject[]> {
  const resource = resources[kind]
  const project = projected(kind)
  const shape = shapeOf(kind, { dated: since !== undefined })
  const keep = (live: LiveObject) => {
    if (since !== undefined && isOfTheCluster(live)) recent.push(...recentOf(kind, live, since))
    return project(live)
  }
  const list = (namespace?: string) => listObjects(client, { resource, namespace, keep, shape }, signal)
  const refused = (error: unknown): string => {
    if (!isStatus(error, 401, 403)) throw error
    return error.message
  }
  const whole = await list().catch(refused)
  if (typeof whole !== 'string') return whole.filter(isOfTheCluster)
  const spaces = resource.namespaced ? [...new Set(namespaces)] : []
  const lists = await Promise.all(
    spaces.map(async (namespace) => ({ namespace, found: await list(namespace).catch(refused) })),
  )
  const hidden = lists.flatMap(({ namespace, found }) => (typeof found === 'string' ? [{ namespace, why: found }] : []))
  const except = spaces.filter((space) => hidden.every(({ namespace }) => namespace !== space))
  unread.push({ kind, why: whole, ...(except.length === 0 ? {} : { except }) })
  unread.push(...hidden.map((each) => ({ kind, ...each })))
  return lists.flatMap(({ found }) => (typeof found === 'string' ? [] : found.filter(isOfTheCluster)))
}

function versionsOf(policies: readonly LiveObject[]): PolicyVersion[] {
  return policies.map(({ metadata: { namespace = '', name, uid = '', resourceVersion = '' } }) => ({
    namespace,
    name,
    uid,
    resourceVersion,
  }))
}

/** Probes are not part of the cluster that they test. */
function isOfTheCluster({ metadata }: LiveObject): boolean {
  return metadata.annotations?.[roleAnnotation] !== 'probe'
}
