import type { World } from '../../fabric/world.ts'
import type { Edit } from '../../policy/engine/edits.ts'
import { blockOf } from '../../policy/engine/minimal-selector.ts'
import type { Query, QueryEnd } from '../../policy/engine/query.ts'
import { standInAddresses } from '../predict/engine-endpoint.ts'
import { workloadOf } from './path-lines.ts'

/** An address that a fix needs and the input does not contain. */
export interface Placeholder {
  /** The address that the engine used instead. */
  readonly standIn: string
  /** The text in the fix: an address of a documentation network (RFC 5737, RFC 3849). */
  readonly cidr: string
  /** `the address range of the client`. */
  readonly what: string
}

const networks = { 4: '203.0.113.0/24', 6: '2001:db8:1::/48' } as const

/** The placeholders of queries: ends outside the cluster without a known address. */
export function placeholdersOf(queries: readonly Query[]): Placeholder[] {
  const found = queries.flatMap(({ from, to }) => [
    ...placeholder(from, 'the address range of the client'),
    ...placeholder(to, `the addresses of ${to.kind === 'address' ? to.hostname : ''}`),
  ])
  return [...new Map(found.map((each) => [each.standIn, each])).values()]
}

function placeholder(queryEnd: QueryEnd, what: string): Placeholder[] {
  if (queryEnd.kind !== 'address') return []
  const family = ([4, 6] as const).find((each) => standInAddresses[each] === queryEnd.address)
  return family === undefined ? [] : [{ standIn: blockOf(queryEnd.address).cidr, cidr: networks[family], what }]
}

/** The placeholders that occur in edits. */
export function usedIn(edits: readonly Edit[], placeholders: readonly Placeholder[]): Placeholder[] {
  const text = JSON.stringify(edits)
  return placeholders.filter(({ standIn }) => text.includes(JSON.stringify(standIn)))
}

/** Addresses of nodes and pods in edits that Crosscheck assigned, because the input has none. */
export function handedOutIn(edits: readonly Edit[], { assumed, nodes, pods }: World): Placeholder[] {
  const written = (assumed?.addresses ?? []).filter(addedBy(edits))
  return written.map((address, index) => {
    const node = nodes.find(({ addresses }) => addresses.includes(address))?.name
    const pod = pods.find(({ addresses }) => addresses.includes(address))
    const isNamed = node !== undefined && assumed?.nodes.includes(node) === false
    const ofNode = isNamed ? `the address of node ${node}` : 'the addresses of the nodes, an item each'
    return {
      standIn: blockOf(address).cidr,
      cidr: blockOf(address.includes(':') ? `2001:db8:2::${(index + 1).toString(16)}` : `192.0.2.${index + 1}`).cidr,
      what: node === undefined && pod !== undefined ? `the address of a pod of ${workloadOf(pod)}` : ofNode,
    }
  })
}

/** Returns whether edits add an address that the policies did not contain before. */
export function addedBy(edits: readonly Edit[]): (address: string) => boolean {
  const before = JSON.stringify(edits.map((edit) => (edit.kind === 'change policy' ? edit.before : undefined)))
  const after = JSON.stringify(edits.map(policyAfter))
  return (address) => {
    const text = JSON.stringify(blockOf(address).cidr)
    return after.includes(text) && !before.includes(text)
  }
}

function policyAfter(edit: Edit) {
  return edit.kind === 'change policy' ? edit.after : edit.kind === 'add policy' ? edit.policy : undefined
}
