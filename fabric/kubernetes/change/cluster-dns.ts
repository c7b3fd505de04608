import { dnsServiceOf } from '../../cluster-dns.ts'
import { endpointsOf } from '../../endpoints.ts'
import { createAllocator } from '../../manifests/allocator.ts'
import type { ManifestObject } from '../../manifests/object.ts'
import { buildWorld } from '../../manifests/world.ts'
import type { World } from '../../world.ts'
import { isRehearsed } from './rehearse.ts'

/**
 * The objects that describe the cluster's DNS, if the live cluster has that Service: a rehearsal leaves them out and
 * uses the existing DNS. Empty if their namespace contains other objects, or has a label in the manifests that it lacks
 * on the cluster; the rehearsal is then refused. Reads the cluster only if the manifests contain a DNS.
 */
export async function clusterDnsObjects(
  objects: readonly ManifestObject[],
  readWorld: () => Promise<World>,
): Promise<readonly ManifestObject[]> {
  const { world } = buildWorld(objects, { allocator: createAllocator() })
  const service = world.dns.kind === 'assumed' ? undefined : dnsServiceOf(world)
  if (service === undefined) return []
  const { namespace, name } = service
  const live = await readWorld()
  const isThere = live.services.some((each) => each.namespace === namespace && each.name === name)
  const liveLabels = live.namespaces.find((each) => each.name === namespace)?.labels ?? {}
  const labels = world.namespaces.find((each) => each.name === namespace)?.labels ?? {}
  const servers = new Set(endpointsOf(service, world).map((endpoint) => endpoint.pod))
  const isDnsAlone = world.pods.every((pod) => pod.namespace !== namespace || servers.has(pod))
  const described = objects.filter((object) => object.namespace === namespace || isNamespace(object, namespace))
  const others = described.filter(
    ({ kind, name: other }) => kind === 'NetworkPolicy' || (kind === 'Service' && other !== name),
  )
  const hasLabels = Object.entries(labels).every(([key, value]) => liveLabels[key] === value)
  if (!isThere || !hasLabels || !isDnsAlone || others.length > 0) return []
  return described.filter(({ kind }) => isRehearsed(kind))
}

function isNamespace({ kind, name }: ManifestObject, namespace: string): boolean {
  return kind === 'Namespace' && name === namespace
}
