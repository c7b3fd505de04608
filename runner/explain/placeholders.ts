import type { Edit } from '../../policy/engine/edits.ts'
import { blockOf } from '../../policy/engine/minimal-selector.ts'
import type { Party, Query } from '../../policy/engine/query.ts'
import { standInAddresses } from '../predict/engine-endpoint.ts'

/** An address that the input does not give, and that a fix asks for. */
export interface Placeholder {
  /** The stand-in by which the engine was asked. */
  readonly standIn: string
  /** What is written in its place: a documentation network (RFC 5737, RFC 3849). */
  readonly cidr: string
  /** `the address range of the client`. */
  readonly what: string
}

const networks = { 4: '203.0.113.0/24', 6: '2001:db8:1::/48' } as const

/** The placeholders of a question: ends outside the cluster that are known by no address. */
export function placeholdersOf(queries: readonly Query[]): Placeholder[] {
  const found = queries.flatMap(({ from, to }) => [
    ...placeholder(from, 'the address range of the client'),
    ...placeholder(to, `the addresses of ${to.kind === 'address' ? to.hostname : ''}`),
  ])
  return [...new Map(found.map((each) => [each.standIn, each])).values()]
}

function placeholder(party: Party, what: string): Placeholder[] {
  if (party.kind !== 'address') return []
  const family = ([4, 6] as const).find((each) => standInAddresses[each] === party.address)
  return family === undefined ? [] : [{ standIn: blockOf(party.address).cidr, cidr: networks[family], what }]
}

/** The placeholders that edits write. */
export function usedIn(edits: readonly Edit[], placeholders: readonly Placeholder[]): Placeholder[] {
  const text = JSON.stringify(edits)
  return placeholders.filter(({ standIn }) => text.includes(JSON.stringify(standIn)))
}
