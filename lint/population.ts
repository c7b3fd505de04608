import { listeningPorts } from '../fabric/listeners.ts'
import type { ContainerPort, Namespace, Pod, Service, World } from '../fabric/world.ts'
import { matchesSelector } from '../policy/selector.ts'
import type { LabelSelector, PolicyPeer } from '../policy/types.ts'

/** Looks up pods and Services by namespace and selector. Results are cached. */
export interface Population {
  /** Returns all pods of a namespace, including those on the host network. */
  podsIn(namespace: string): readonly Pod[]
  servicesIn(namespace: string): readonly Service[]
  /** Returns the Services with that name in any namespace. */
  servicesNamed(name: string): readonly Service[]
  hasNamespace(name: string): boolean
  /** Returns the pods that policies can select. Excludes pods on the host network (docs/semantics.md, rule 50). */
  select(namespace: string, selector: LabelSelector): readonly Pod[]
  namespacesOf(selector: LabelSelector): readonly Namespace[]
  /** Returns the pods that a peer's selectors match, relative to the namespace of the policy. Empty for an ipBlock. */
  peersOf(namespace: string, peer: PolicyPeer): readonly Pod[]
  /** Returns ports that are declared, probed by the kubelet, or the target of a Service. */
  listening(pod: Pod): readonly ContainerPort[]
  /** Returns the ports of all these pods without duplicates. `silent`: at least one pod has no known port. */
  listeningAll(pods: readonly Pod[]): { readonly ports: readonly ContainerPort[]; readonly silent: boolean }
}

/** Indexes a world. `probed` returns the ports that a pod's health checks name. */
export function createPopulation(world: World, probed: (pod: Pod) => readonly number[]): Population {
  const pods = Map.groupBy(world.pods, ({ namespace }) => namespace)
  const services = Map.groupBy(world.services, ({ namespace }) => namespace)
  const named = Map.groupBy(world.services, ({ name }) => name)
  const known = new Set(world.namespaces.map(({ name }) => name))
  const selected = new Map<string, readonly Pod[]>()
  const namespaces = new Map<string, readonly Namespace[]>()
  const peers = new Map<string, readonly Pod[]>()
  const ports = new Map<Pod, readonly ContainerPort[]>()
  const together = new Map<readonly Pod[], ReturnType<Population['listeningAll']>>()
  const population: Population = {
    podsIn: (namespace) => pods.get(namespace) ?? [],
    servicesIn: (namespace) => services.get(namespace) ?? [],
    servicesNamed: (name) => named.get(name) ?? [],
    hasNamespace: (name) => known.has(name),
    select: (namespace, selector) =>
      remember(selected, `${namespace} ${JSON.stringify(selector)}`, () =>
        population.podsIn(namespace).filter((pod) => !pod.hostNetwork && matchesSelector(selector, pod.labels)),
      ),
    namespacesOf: (selector) =>
      remember(namespaces, JSON.stringify(selector), () =>
        world.namespaces.filter(({ labels }) => matchesSelector(selector, labels)),
      ),
    peersOf: (namespace, { podSelector = {}, namespaceSelector, ipBlock }) => {
      if (ipBlock !== undefined) return []
      if (namespaceSelector === undefined) return population.select(namespace, podSelector)
      return remember(peers, JSON.stringify([namespaceSelector, podSelector]), () =>
        population.namespacesOf(namespaceSelector).flatMap(({ name }) => population.select(name, podSelector)),
      )
    },
    listening: (pod) =>
      remember(ports, pod, () => {
        const own = listeningPorts(pod, { ...world, services: population.servicesIn(pod.namespace) })
        return [...own, ...probed(pod).map((port): ContainerPort => ({ port, protocol: 'TCP' }))]
      }),
    listeningAll: (list) =>
      remember(together, list, () => {
        const each = list.map((pod) => population.listening(pod))
        const unique = new Map(each.flat().map((port) => [`${port.port}/${port.protocol}`, port]))
        return { ports: [...unique.values()], silent: each.some((own) => own.length === 0) }
      }),
  }
  return population
}

function remember<K, V>(known: Map<K, V>, key: K, find: () => V): V {
  const before = known.get(key)
  if (before !== undefined) return before
  const found = find()
  known.set(key, found)
  return found
}
