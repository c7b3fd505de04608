import type { Pod, World } from '../fabric/world.ts'

/** Where one pod lives: its network namespace, and the name of its link on the node (absent for a hostNetwork pod). */
export interface PodSite {
  readonly pod: string
  readonly netns: string
  readonly node: string
  readonly link: string | undefined
}

export interface NodeSite {
  readonly name: string
  readonly netns: string
}

/** Names of namespaces and links for everything of a world; stable for a pod as long as it lives. */
export interface Layout {
  readonly nodes: ReadonlyMap<string, NodeSite>
  readonly pods: ReadonlyMap<string, PodSite>
  /** How many names were given out so far, so that a name is never used twice. */
  readonly issued: number
}

/** The host beyond the cluster: the source `outside`, and the place of every stand-in address. */
export const outside = { netns: 'outside', addresses: ['203.0.113.1', '2001:db8:cc::1'] } as const

/** The node's link towards everything that is not its own pods; pods call theirs so too. */
export const uplink = 'eth0'

/** `namespace/name`, the key of a pod wherever the lab keeps one. */
export const podKey = (pod: Pick<Pod, 'namespace' | 'name'>): string => `${pod.namespace}/${pod.name}`

/** Gives every node and every pod that has an address its namespace and link; what `previous` named keeps its names. */
export function layOut(world: World, previous?: Layout): Layout {
  let issued = previous?.issued ?? 0
  const nodes = new Map<string, NodeSite>()
  for (const { name } of world.nodes)
    nodes.set(name, previous?.nodes.get(name) ?? { name, netns: `n${String(issued++)}` })
  const pods = new Map<string, PodSite>()
  for (const pod of world.pods) {
    const node = nodes.get(pod.node)
    if (node === undefined || pod.addresses.length === 0) continue
    const known = previous?.pods.get(podKey(pod))
    pods.set(podKey(pod), known?.node === pod.node ? known : site(pod, node, () => `p${String(issued++)}`))
  }
  return { nodes, pods, issued }
}

function site(pod: Pod, node: NodeSite, next: () => string): PodSite {
  if (pod.hostNetwork) return { pod: podKey(pod), netns: node.netns, node: node.name, link: undefined }
  const name = next()
  return { pod: podKey(pod), netns: name, node: node.name, link: name }
}
