import type { Family } from '../../checks/vantage.ts'
import { listeningPorts } from '../../fabric/listeners.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { LabelSelector, Protocol } from '../../policy/types.ts'

export interface Port {
  readonly port: number
  readonly protocol: Protocol
}

/** What is asked for. */
export interface MatrixOptions {
  /** Pods of these namespaces; of all when empty. */
  readonly namespaces: readonly string[]
  readonly selector: LabelSelector
  /** Pods that the fabric adds by itself, as the lab its DNS server, too. */
  readonly everything: boolean
  /** Instead of the ports that pods declare or Services lead to. */
  readonly ports: readonly Port[]
  readonly services: boolean
  /** The first address of the target that the source has a family for when absent. */
  readonly family?: Family
}

/** Sources and targets of a matrix, in the order of the world. */
export function selectPods(world: World, { namespaces, selector, everything }: MatrixOptions): readonly Pod[] {
  return world.pods.filter((pod) => {
    if (!matchesSelector(selector, pod.labels)) return false
    if (namespaces.length > 0) return namespaces.includes(pod.namespace)
    return everything || pod.place !== undefined
  })
}

/** The ports of a pod that are asked. */
export function portsOf(pod: Pod, world: World, { ports }: MatrixOptions): readonly Port[] {
  return ports.length > 0 ? ports : listeningPorts(pod, world)
}
