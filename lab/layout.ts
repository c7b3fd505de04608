import type { Pod, World } from '../fabric/world.ts'

/** Where one pod lives: its network namespace, and the name of its link on the node (absent for a hostNetwork pod). */
export interface PodSite {
  readonly pod: string
  readonly netns: string
  readonly node: string
  readonly link: string | undefined
  /** Index of the link on the node, or of the node's on the lab's own namespace. */
  readonly index: number
  readonly addresses: readonly string[]
}

export interface NodeSite {
  readonly name: string
  readonly netns: string
  readonly index: number
}

/** Names of namespaces and links for everything of a world; stable for a pod as long as it keeps its node and addresses. */
export interface Layout {
  readonly nodes: ReadonlyMap<string, NodeSite>
  readonly pods: ReadonlyMap<string, PodSite>
  /** How many names were given out so far, so that a name is never used twice. */
  readonly issued: number
}

/** The host beyond the cluster: the source `outside`, and the place of every stand-in address. */
export const outside = { netns: 'outside', index: 99, addresses: ['203.0.113.1', '2001:db8:cc::1'] } as const

/** The node's link towards everything that is not its own pods; pods call theirs so too. */
export const uplink = 'eth0'

/** `namespace/name`, the key of a pod wherever the lab keeps one. */
export const podKey = (pod: Pick<Pod, 'namespace' | 'name'>): string => `${pod.namespace}/${pod.name}`

/** Gives every node and every pod that has an address its namespace and link; what `previous` named keeps its names. */
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

/** Below it are the links that a namespace has by itself, and `outside`. */
const firstIndex = 100

/** Names of the links that one node carries, `namespace/name` of the pod → link. */
export function linksOn(node: string, layout: Layout): ReadonlyMap<string, string> {
  const own = [...layout.pods.values()].filter((site) => site.node === node)
  return new Map(own.flatMap(({ pod, link }) => (link === undefined ? [] : [[pod, link]])))
}
