import type { Compiled } from './compiled.ts'
import { hostOf } from './population.ts'
import type { Actor, PodActor } from './subjects.ts'

/** Pods that no policy can tell apart: same namespace, labels, named ports, and in the same ipBlocks. */
export interface IdentityClass {
  readonly pods: readonly PodActor[]
  /** How policies see any of them. */
  readonly actor: Actor
}

/** Folds pods into classes. Where nodes matter, because a pod on the host's network is among them, a class has one node (rule 51). */
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

/** Equal for two pods iff no policy of the world can tell them apart. */
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
