import { listeningPorts } from '../../listeners.ts'
import { createAllocator } from '../../manifests/allocator.ts'
import type { ManifestObject } from '../../manifests/object.ts'
import { buildWorld } from '../../manifests/world.ts'
import type { ListenPort } from './rehearse.ts'

/**
 * The ports on which the pods of each object listen, as in the lab: the ports of the containers and the target ports of
 * Services.
 */
export function listenPorts(objects: readonly ManifestObject[]): (object: ManifestObject) => readonly ListenPort[] {
  const { world } = buildWorld(objects, { allocator: createAllocator() })
  const byWorkload = new Map<string, readonly ListenPort[]>()
  for (const pod of world.pods) {
    const key = `${pod.workload.kind}/${pod.namespace}/${pod.workload.name}`
    if (!byWorkload.has(key)) byWorkload.set(key, listeningPorts(pod, world))
  }
  return ({ kind, namespace, name }) => byWorkload.get(`${kind}/${namespace}/${name}`) ?? []
}
