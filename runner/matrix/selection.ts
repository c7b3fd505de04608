import type { Family } from '../../checks/vantage.ts'
import { listeningPorts } from '../../fabric/listeners.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { LabelSelector, Protocol } from '../../policy/types.ts'

export interface Port {
  readonly port: number
  readonly protocol: Protocol
}

/** The user's selection. */
export interface MatrixOptions {
  /** Namespaces of the pods; all namespaces if empty. */
  readonly namespaces: readonly string[]
  readonly selector: LabelSelector
  /** Includes pods that the fabric adds, such as the lab's DNS server. */
  readonly everything: boolean
  /** Replaces the ports that pods declare or Services use. */
  readonly ports: readonly Port[]
  readonly services: boolean
  /** If absent, uses the target's first address in a family that the source has. */
  readonly family?: Family
}

/** The sources and targets of a matrix, in the order of the world. */
export function selectPods(world: World, { namespaces, selector, everything }: MatrixOptions): readonly Pod[] {
  return world.pods.filter((pod) => {
    if (!matchesSelector(selector, pod.labels)) return false
    if (namespaces.length > 0) return namespaces.includes(pod.namespace)
    return everything || pod.place !== undefined
  })
}

/** The ports of a pod in the matrix. */
export function portsOf(pod: Pod, world: World, { ports }: MatrixOptions): readonly Port[] {
  return ports.length > 0 ? ports : listeningPorts(pod, world)
}
