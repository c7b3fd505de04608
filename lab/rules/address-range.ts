import { type Address, type Family, parseAddress, parseCidr } from '../../policy/cidr.ts'
import type { IpBlock } from '../../policy/types.ts'

/** Addresses from `first` to `last`, inclusive, as numbers of their family. */
export interface AddressRange {
  readonly family: Family
  readonly first: bigint
  readonly last: bigint
}

/** An address of the world in canonical form. Throws on other text: a world contains only validated addresses. */
export function canonical(address: string): Address {
  const known = parsedBefore.get(address)
  if (known !== undefined) return known
  const parsed = parseAddress(address)
  if (parsed === undefined) throw new Error(`not an IP address: ${JSON.stringify(address)}`)
  if (parsedBefore.size >= remembered) parsedBefore.clear()
  parsedBefore.set(address, parsed)
  return parsed
}

/** Every policy change needs all addresses of the world again. */
const parsedBefore = new Map<string, Address>()
const remembered = 10_000

/** The range of exactly one address. */
export function rangeOfAddress({ family, bytes }: Address): AddressRange {
  const value = numberOf(bytes)
  return { family, first: value, last: value }
}

/**
 * The addresses that an ipBlock matches: its CIDR with host bits masked, without its exceptions (docs/semantics.md,
 * rules 30, 34, 35).
 */
export function rangesOfBlock(block: IpBlock): readonly AddressRange[] {
  const holes = (block.except ?? []).map(rangeOfCidr)
  return holes.reduce<readonly AddressRange[]>(
    (ranges, hole) => ranges.flatMap((range) => without(range, hole)),
    [rangeOfCidr(block.cidr)],
  )
}

/** The same addresses as disjoint ranges in ascending order, because nftables rejects overlapping intervals. */
export function merged(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const result: AddressRange[] = []
  for (const range of ranges.toSorted((a, b) => a.family - b.family || compare(a.first, b.first))) {
    const previous = result.at(-1)
    if (previous === undefined || previous.family !== range.family || range.first > previous.last + 1n)
      result.push(range)
    else if (range.last > previous.last) result[result.length - 1] = { ...previous, last: range.last }
  }
  return result
}

/** The range as an element of an nftables interval set. */
export function rangeText({ family, first, last }: AddressRange): string {
  return first === last ? textOf(family, first) : `${textOf(family, first)}-${textOf(family, last)}`
}

function rangeOfCidr(text: string): AddressRange {
  const parsed = parseCidr(text)
  if (parsed === undefined) throw new Error(`not a CIDR: ${JSON.stringify(text)}`)
  const { family, bytes, bits } = parsed.cidr
  const first = numberOf(bytes)
  return { family, first, last: first + (1n << BigInt(bytes.length * 8 - bits)) - 1n }
}

function without(range: AddressRange, hole: AddressRange): AddressRange[] {
  if (hole.family !== range.family || hole.last < range.first || hole.first > range.last) return [range]
  const parts: AddressRange[] = []
  if (hole.first > range.first) parts.push({ ...range, last: hole.first - 1n })
  if (hole.last < range.last) parts.push({ ...range, first: hole.last + 1n })
  return parts
}

function numberOf(bytes: readonly number[]): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

/** IPv6 is uncompressed, which nft also accepts. */
function textOf(family: Family, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  return value
    .toString(16)
    .padStart(32, '0')
    .replaceAll(/(.{4})(?!$)/g, '$1:')
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
