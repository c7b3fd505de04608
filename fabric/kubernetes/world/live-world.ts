import type { Locate } from '../../../policy/field.ts'
import type { Place, Problem } from '../../../policy/types.ts'
import type { Manifest } from '../../fabric.ts'
import type { Allocator } from '../../manifests/allocator.ts'
import { isClusterScoped } from '../../manifests/kinds.ts'
import { type ManifestObject, toManifestObject } from '../../manifests/object.ts'
import { buildWorld } from '../../manifests/world.ts'
import type { Pod, World } from '../../world.ts'
import type { LiveObject } from '../api/objects.ts'
import type { Resource } from '../api/resources.ts'
import { readinessSockets } from './kubelet.ts'

/** A cluster has already assigned everything. What an object lacks, it does not have. */
const nothing: Allocator = {
  begin: () => undefined,
  lease: () => undefined,
  place: () => '',
  families: (used) => used,
  finish: () => undefined,
}

/** The world of live objects, and what could not be parsed. A policy from a cluster has no file position. */
export function worldOf(objects: readonly ManifestObject[]): { world: World; problems: readonly Problem[] } {
  const { world, problems } = buildWorld(objects, { allocator: nothing, live: true })
  const policies = world.policies.map((policy) => {
    const { place, ...rest } = policy
    return place === undefined ? policy : rest
  })
  const answering = new Map<string, NonNullable<Pod['answering']>>()
  for (const each of objects) {
    const sockets = each.kind === 'Pod' ? readinessSockets(each) : []
    if (sockets.length > 0) answering.set(`${each.namespace}/${each.name}`, sockets)
  }
  if (answering.size === 0) return { world: { ...world, policies }, problems }
  const pods = world.pods.map((pod) => {
    const sockets = pod.ready ? answering.get(`${pod.namespace}/${pod.name}`) : undefined
    return sockets === undefined ? pod : { ...pod, answering: sockets }
  })
  return { world: { ...world, policies, pods }, problems }
}

/** A live pod in the world's model; undefined for one that has ended. */
export function podOf(live: LiveObject): Pod | undefined {
  const object = toObject(live, { apiVersion: 'v1', kind: 'Pod' })
  return object === undefined ? undefined : worldOf([object]).world.pods[0]
}

/** A live object as input for the manifest reader. Its place is `cluster`, because it is in no file. */
export function toObject(
  live: LiveObject,
  { apiVersion, kind }: Pick<Resource, 'apiVersion' | 'kind'>,
): ManifestObject | undefined {
  // List items do not contain apiVersion and kind, unless they were added here.
  const isComplete = live.apiVersion === apiVersion && live.kind === kind
  const value: Manifest = isComplete ? (live as unknown as Manifest) : { ...live, apiVersion, kind }
  const { namespace, name } = live.metadata
  // A fast path for the many objects without special cases.
  const isPlain = typeof namespace === 'string' && namespace !== '' && name !== '' && !isClusterScoped(kind)
  if (isPlain) return { value, apiVersion, kind, namespace, name, place, at: inCluster }
  return toManifestObject(value, inCluster, [])
}

const place: Place = { file: 'cluster', line: 1, column: 1 }
const inCluster: Locate = () => place
