import type { Pod, World } from '../fabric/world.ts'

/** A pod's network namespace, and the name of its link on the node (absent for a hostNetwork pod). */
export interface PodSite {
  readonly pod: string
  readonly netns: string
  readonly node: string
  readonly link: string | undefined
  /** Index of the link on the node, or of the node's link in the lab's namespace. */
  readonly index: number
  readonly addresses: readonly string[]
}

export interface NodeSite {
  readonly name: string
  readonly netns: string
  readonly index: number
}

/** Names of namespaces and links for a world. A pod keeps its names while its node and addresses stay the same. */
export interface Layout {
  readonly nodes: ReadonlyMap<string, NodeSite>
  readonly pods: ReadonlyMap<string, PodSite>
  /** How many names were assigned so far. A name is never used twice. */
  readonly issued: number
}

/** The host outside the cluster: the source `outside`, which also has every stand-in address. */
export const outside = { netns: 'outside', index: 99, addresses: ['203.0.113.1', '2001:db8:cc::1'] } as const

/** The node's link to everything but its pods. Pods use the same name. */
export const uplink = 'eth0'

/** `namespace/name`, the lab's key of a pod. */
export const podKey = (pod: Pick<Pod, 'namespace' | 'name'>): string => `${pod.namespace}/${pod.name}`

/** Assigns a namespace and a link to every node and every pod with an address. Names in `previous` are kept. */
export function layOut(world: World, previous?: Layout): Layout {
  let issued = previous?.issued ?? 0
  const next = (letter: 'n' | 'p') => {
    issued += 1
    return { netns: `${letter}${String(issued)}`, index: firstIndex + issued }
  }
  const nodes = new Map<string, NodeSite>()
  for (const { name } of world.nodes) {
    const known = previous?.nodes.get(name)
    nodes.set(name, known ?? { name, ...next('n') })
  }
  const pods = new Map<string, PodSite>()
  for (const pod of world.pods) {
    const node = nodes.get(pod.node)
    if (node === undefined || pod.addresses.length === 0) continue
    const known = previous?.pods.get(podKey(pod))
    pods.set(
      podKey(pod),
      known?.node === pod.node && sameAddresses(known, pod) ? known : site(pod, node, () => next('p')),
    )
  }
  return { nodes, pods, issued }
}

function site(pod: Pod, node: NodeSite, next: () => { netns: string; index: number }): PodSite {
  const at = { pod: podKey(pod), node: node.name, addresses: pod.addresses }
  if (pod.hostNetwork) return { ...at, netns: node.netns, link: undefined, index: node.index }
  const given = next()
  return { ...at, ...given, link: given.netns }
}

const sameAddresses = (site: PodSite, pod: Pod): boolean => site.addresses.join() === pod.addresses.join()

/** Lower indexes are for a namespace's default links and for `outside`. */
const firstIndex = 100

/** Link names on one node, `namespace/name` of the pod → link. */
export function linksOn(node: string, layout: Layout): ReadonlyMap<string, string> {
  const own = [...layout.pods.values()].filter((site) => site.node === node)
  return new Map(own.flatMap(({ pod, link }) => (link === undefined ? [] : [[pod, link]])))
}
