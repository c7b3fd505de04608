import { type Family, familyOf } from '../../policy/cidr.ts'
import { items } from '../../policy/decode.ts'
import { field, fieldAt } from '../../policy/field.ts'
import { parseLabels } from '../../policy/parse-selector.ts'
import type { Labels, Place, Problem } from '../../policy/types.ts'
import type { Node } from '../world.ts'
import type { Allocator } from './allocator.ts'
import { readTaints, type Taint } from './daemon-nodes.ts'
import { type ManifestObject, rootOf } from './object.ts'
import { type PodDraft, sortByFamily } from './pods.ts'
import { readAddress } from './template.ts'

/** A node before addresses are assigned. */
export interface NodeDraft {
  readonly name: string
  readonly labels: Labels
  readonly addresses: readonly string[]
  readonly taints?: readonly Taint[]
  /** The Node object, or the object that names the node. */
  readonly place?: Place | undefined
}

/**
 * Nodes of Node objects, then nodes that pods name, or else one `node-1`. Addresses come from the Node or from its
 * pods' hostIPs.
 */
export function readNodes(
  objects: readonly ManifestObject[],
  pods: readonly PodDraft[],
  named: readonly { readonly name: string; readonly place: Place }[],
  problems: Problem[],
): NodeDraft[] {
  const drafts = new Map<string, NodeDraft>()
  for (const object of objects) {
    const root = rootOf(object, problems)
    const internal = items(fieldAt(root, 'status', 'addresses')).filter(
      (item) => field(item, 'type').value === 'InternalIP',
    )
    const addresses = sortByFamily(internal.flatMap((item) => readAddress(field(item, 'address')) ?? []))
    const labels = { 'kubernetes.io/hostname': object.name, ...parseLabels(fieldAt(root, 'metadata', 'labels')) }
    drafts.set(object.name, { name: object.name, labels, addresses, taints: readTaints(root), place: object.place })
  }
  const addNamed = (name: string, place: Place | undefined) => {
    if (!drafts.has(name)) drafts.set(name, { ...bareNode(name), place })
  }
  for (const { template, place } of pods) if (template.nodeName !== undefined) addNamed(template.nodeName, place)
  for (const { name, place } of named) addNamed(name, place)
  for (const { template, status } of pods) {
    const draft = template.nodeName === undefined ? undefined : drafts.get(template.nodeName)
    if (draft !== undefined && draft.addresses.length === 0)
      drafts.set(draft.name, { ...draft, addresses: status.hostAddresses })
  }
  return drafts.size === 0 ? [bareNode('node-1')] : [...drafts.values()]
}

/** Gives a node its missing addresses: of the families in use if it has no address, and of its pods' families. */
export function settleNode(
  draft: NodeDraft,
  podAddresses: readonly string[],
  { used, allocator }: { readonly used: readonly Family[]; readonly allocator: Allocator },
): Node {
  const families = ([4, 6] as const).filter((family) => {
    if (draft.addresses.some((address) => familyOf(address) === family)) return false
    return (
      (draft.addresses.length === 0 && used.includes(family)) ||
      podAddresses.some((address) => familyOf(address) === family)
    )
  })
  const more = families.flatMap((family) => allocator.lease(draft.name, { kind: 'node', family }) ?? [])
  return { name: draft.name, labels: draft.labels, addresses: sortByFamily([...draft.addresses, ...more]) }
}

function bareNode(name: string): NodeDraft {
  return { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' }, addresses: [] }
}
