import type { Family } from '../../policy/cidr.ts'
import type { Node, Pod } from '../world.ts'
import type { Allocator } from './allocator.ts'
import { type NodeDraft, settleNode } from './nodes.ts'
import type { PodDraft } from './pods.ts'

/** The allocator for missing values, and the address families to use. */
export interface Handout {
  readonly used: readonly Family[]
  readonly allocator: Allocator
}

/** Gives every pod a node, a uid and addresses, and every node its missing addresses. */
export function settle(
  drafts: readonly PodDraft[],
  nodeDrafts: readonly NodeDraft[],
  { used, allocator }: Handout,
): { pods: Pod[]; nodes: Node[] } {
  const names = nodeDrafts.map(({ name }) => name)
  const placed = drafts.map((draft) => {
    const node = draft.template.nodeName ?? allocator.place(ownerOf(draft), names)
    const given = draft.template.hostNetwork ? [] : draft.status.addresses
    return { draft, node, addresses: given ?? leaseAddresses(ownerOf(draft), node, { used, allocator }) }
  })
  const byNode = Map.groupBy(placed, ({ node }) => node)
  const nodes = nodeDrafts.map((draft) => {
    const own = (byNode.get(draft.name) ?? []).flatMap(({ addresses }) => addresses)
    return settleNode(draft, own, { used, allocator })
  })
  const addressesOf = new Map(nodes.map(({ name, addresses }) => [name, addresses]))
  const pods = placed.map(({ draft, node, addresses }): Pod => {
    const { namespace, name, workload, place, status, template } = draft
    const { hostname, subdomain, dnsConfig } = template
    return {
      namespace,
      name,
      uid: status.uid ?? leaseUid(ownerOf(draft), allocator),
      workload,
      node,
      addresses: template.hostNetwork ? (addressesOf.get(node) ?? []) : addresses,
      ready: status.ready && !template.notReady,
      restarts: status.restarts,
      labels: template.labels,
      hostNetwork: template.hostNetwork,
      serviceAccount: template.serviceAccount,
      ports: template.ports,
      dnsPolicy: template.dnsPolicy,
      hostAliases: template.hostAliases,
      // Most pods have none of these.
      ...(status.trouble === undefined ? undefined : { trouble: status.trouble }),
      ...(hostname === undefined ? undefined : { hostname }),
      ...(subdomain === undefined ? undefined : { subdomain }),
      ...(dnsConfig === undefined ? undefined : { dnsConfig }),
      ...(place === undefined ? undefined : { place }),
    }
  })
  return { pods, nodes }
}

function ownerOf({ namespace, name }: PodDraft): string {
  return `${namespace}/${name}`
}

function leaseUid(owner: string, allocator: Allocator): string {
  return allocator.lease(owner, { kind: 'uid' }) ?? owner
}

function leaseAddresses(owner: string, node: string, { used, allocator }: Handout): string[] {
  return used.flatMap((family) => allocator.lease(owner, { kind: 'pod', node, family }) ?? [])
}
