import type { Pod } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { Direction, NetworkPolicy } from '../../policy/types.ts'
import { isNamed, type ResolvePort } from './ports.ts'

/** `every` of `of` new connections to a pod pass although its policies deny them. */
export interface Leak {
  readonly pod: string
  readonly every: number
  readonly of: number
}

/** Pods on which the same policies have the same effect in one direction. They share a chain. */
export interface PodClass {
  readonly direction: Direction
  readonly policies: readonly NetworkPolicy[]
  /** Resolves named ports of ingress rules for each of these pods (docs/semantics.md, rule 41). */
  readonly resolve: ResolvePort
  readonly leak: Leak | undefined
  readonly links: readonly string[]
}

interface LocalPod {
  readonly pod: Pod
  readonly link: string
}

/**
 * The classes of a node's pods that are isolated in this direction. Pods that no policy selects are in no class (rules
 * 2 to 4).
 */
export function classesOf(
  direction: Direction,
  local: readonly LocalPod[],
  policies: readonly NetworkPolicy[],
  leaks: readonly Leak[],
): readonly PodClass[] {
  const acting = Map.groupBy(
    policies.filter(({ policyTypes }) => policyTypes.includes(direction)).toSorted(byName),
    ({ namespace }) => namespace,
  )
  const members = local.flatMap(({ pod, link }) => {
    const own = (acting.get(pod.namespace) ?? []).filter((policy) => matchesSelector(policy.podSelector, pod.labels))
    if (own.length === 0) return []
    const leak = direction === 'ingress' ? leaks.find((each) => each.pod === `${pod.namespace}/${pod.name}`) : undefined
    return [{ pod, link, own, leak, key: classKey(direction, pod, own, leak) }]
  })
  return [...Map.groupBy(members, ({ key }) => key).values()].map((group) => ({
    direction,
    policies: group[0]!.own,
    resolve: (name, protocol) => portsNamed(group[0]!.pod, name, protocol),
    leak: group[0]!.leak,
    links: group.map(({ link }) => link),
  }))
}

function classKey(direction: Direction, pod: Pod, policies: readonly NetworkPolicy[], leak: Leak | undefined): string {
  const named =
    direction === 'ingress'
      ? policies.flatMap(({ ingress }) => ingress.flatMap(({ ports }) => ports.filter(isNamed)))
      : []
  return JSON.stringify([
    policies.map(({ namespace, name }) => `${namespace}/${name}`),
    named.map(({ port, protocol }) => portsNamed(pod, port, protocol ?? 'TCP')),
    leak ?? null,
  ])
}

function portsNamed(pod: Pod, name: string, protocol: string): readonly number[] {
  return pod.ports.filter((port) => port.name === name && port.protocol === protocol).map(({ port }) => port)
}

const byName = (a: NetworkPolicy, b: NetworkPolicy): number =>
  a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name)
