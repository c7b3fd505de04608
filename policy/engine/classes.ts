import type { Compiled } from './compiled.ts'
import { hostOf } from './population.ts'
import type { Actor, PodActor } from './subjects.ts'

/** Pods that no policy can distinguish: they share namespace, labels, named ports and ipBlocks. */
export interface IdentityClass {
  readonly pods: readonly PodActor[]
  /** The actor that stands for every pod of the class in evaluation. */
  readonly actor: Actor
}

/** Groups pods into classes. When a pod on the host network is among them, nodes matter, and each class has only one node (rule 51). */
export function classesOf(compiled: Compiled, pods: Iterable<PodActor> = compiled.pods.values()): IdentityClass[] {
  const all = [...pods].filter(({ addresses }) => addresses.length > 0)
  const nodesMatter = all.some(({ pod }) => pod.hostNetwork)
  const folded = Map.groupBy(all, (actor) => identityOf(actor, nodesMatter))
  return [...folded.values()].flatMap((members) => {
    const first = members[0]!
    const actor = first.pod.hostNetwork ? hostOf(first, compiled.nodes) : first
    return actor === undefined ? [] : [{ pods: members, actor }]
  })
}

/** Equal for two pods if and only if no policy of the world can distinguish them. */
function identityOf({ pod, labels, addresses }: PodActor, nodesMatter: boolean): string {
  const networks = addresses.map(
    ({ family, networks: ids }) => `${family}:${[...ids].toSorted((a, b) => a - b).join(',')}`,
  )
  const ports = pod.ports
    .flatMap(({ name, port, protocol, sidecar }) =>
      name === undefined ? [] : `${name}=${port}/${protocol}${sidecar ? 's' : ''}`,
    )
    .toSorted()
  const node = nodesMatter ? pod.node : ''
  return [pod.namespace, labels.id, pod.hostNetwork, node, networks.join(' '), ports.join(' ')].join('|')
}
