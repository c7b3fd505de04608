import type { Node, Pod } from '../world.ts'
import type { Allocator } from './allocator.ts'
import { type NodeDraft, settleNode } from './nodes.ts'
import type { PodDraft } from './pods.ts'

/** Gives every pod a node, a uid and addresses, and every node the addresses that it lacks. */
export function settle(
  drafts: readonly PodDraft[],
  nodeDrafts: readonly NodeDraft[],
  allocator: Allocator,
): { pods: Pod[]; nodes: Node[] } {
  const names = nodeDrafts.map(({ name }) => name)
  const placed = drafts.map((draft) => {
    const owner = `${draft.namespace}/${draft.name}`
    const node = draft.template.nodeName ?? allocator.place(owner, names)
    const given = draft.template.hostNetwork ? [] : draft.status.addresses
    return { draft, owner, node, addresses: given ?? leaseAddresses(owner, node, allocator) }
  })
  const byNode = Map.groupBy(placed, ({ node }) => node)
  const nodes = nodeDrafts.map((draft) => {
    const own = (byNode.get(draft.name) ?? []).flatMap(({ addresses }) => addresses)
    return settleNode(draft, own, allocator)
  })
  const addressesOf = new Map(nodes.map(({ name, addresses }) => [name, addresses]))
  const pods = placed.map(({ draft, owner, node, addresses }): Pod => {
    const { notReady, nodeName: _, ...template } = draft.template
    return {
      namespace: draft.namespace,
      name: draft.name,
      uid: draft.status.uid ?? allocator.lease(owner, { kind: 'uid' }) ?? owner,
      workload: draft.workload,
      node,
      addresses: template.hostNetwork ? (addressesOf.get(node) ?? []) : addresses,
      ready: draft.status.ready && !notReady,
      restarts: draft.status.restarts,
      ...(draft.status.trouble === undefined ? {} : { trouble: draft.status.trouble }),
      ...template,
      ...(draft.place === undefined ? {} : { place: draft.place }),
    }
  })
  return { pods, nodes }
}

function leaseAddresses(owner: string, node: string, allocator: Allocator): string[] {
  return ([4, 6] as const).flatMap((family) => allocator.lease(owner, { kind: 'pod', node, family }) ?? [])
}
