import type { Problem } from '../../policy/types.ts'
import { daemonNodes } from './daemon-nodes.ts'
import { type NodeDraft, readNodes } from './nodes.ts'
import { keyOf, type ManifestObject } from './object.ts'
import { isWorkloadKind, ownershipOf } from './owners.ts'
import { type PodDraft, readPod } from './pods.ts'
import { expand, maxPods, readWorkload } from './workloads.ts'

/** All pods of the input, including those of its workloads, and the nodes on which they may run. */
export function gatherPods(
  objects: readonly ManifestObject[],
  problems: Problem[],
): { pods: PodDraft[]; nodes: NodeDraft[] } {
  const owners = ownershipOf(objects)
  const pods: PodDraft[] = []
  const live = new Map<string, PodDraft[]>()
  for (const object of objects.filter(({ kind }) => kind === 'Pod')) {
    const pod = readPod(object, owners.workloadOf(object), problems)
    if (pod === undefined) continue
    const standIn = owners.standIn(object)
    if (standIn === undefined) pods.push(pod)
    else live.set(keyOf(standIn), [...(live.get(keyOf(standIn)) ?? []), pod])
  }
  const workloads = objects
    .filter((object) => isWorkloadKind(object.kind) && owners.standIn(object) === undefined)
    .map((object) => readWorkload(object, owners.workloadOf(object), problems))
  const named = workloads.flatMap(({ template, object: { place } }) =>
    template.nodeName === undefined ? [] : { name: template.nodeName, place },
  )
  const nodeObjects = objects.filter(({ kind }) => kind === 'Node')
  const nodes = readNodes(nodeObjects, [...pods, ...[...live.values()].flat()], named, problems)
  if (workloads.length === 0) return { pods, nodes }
  const taken = new Set(pods.map(({ namespace, name }) => `${namespace}/${name}`))
  /** StatefulSets first, because the names of their pods are fixed. */
  const fixedFirst = workloads.toSorted(
    (a, b) => Number(b.object.kind === 'StatefulSet') - Number(a.object.kind === 'StatefulSet'),
  )
  for (const draft of fixedFirst) {
    const own = live.get(keyOf(draft.object)) ?? []
    const running = own.flatMap(({ template }) => template.nodeName ?? [])
    const more = expand(draft, daemonNodes(draft.placement, nodes, running), { live: own, taken })
    if (pods.length + more.length > maxPods) {
      problems.push({
        severity: 'error',
        message: `more than ${maxPods} pods in all: that is too many`,
        place: draft.object.place,
      })
      break
    }
    pods.push(...more)
  }
  return { pods, nodes }
}
