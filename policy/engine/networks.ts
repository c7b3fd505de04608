import { type Family, parseAddress, parseCidr } from '../cidr.ts'

/** Every CIDR of the policies, numbered and indexed by prefix. An address lookup takes one step per prefix length in use. */
export interface Networks {
  readonly ids: Map<string, number>
  readonly prefixes: Readonly<Record<Family, Map<number, Map<string, number>>>>
}

/** An address and the numbers of all CIDRs that contain it. */
export interface Located {
  readonly family: Family
  readonly text: string
  readonly networks: ReadonlySet<number>
}

export function newNetworks(): Networks {
  return { ids: new Map(), prefixes: { 4: new Map(), 6: new Map() } }
}

/**
 * Returns the number of a CIDR with its host bits cleared (docs/semantics.md, rule 35). Returns -1 for invalid text, which contains
 * nothing.
 */
export function networkId(networks: Networks, text: string): number {
  const known = networks.ids.get(text)
  if (known !== undefined) return known
  const cidr = parseCidr(text)?.cidr
  if (cidr === undefined) return -1
  const id = networks.ids.get(cidr.text) ?? networks.ids.size
  networks.ids.set(cidr.text, id)
  networks.ids.set(text, id)
  const lengths = networks.prefixes[cidr.family]
  const sameLength = lengths.get(cidr.bits) ?? new Map<string, number>()
  lengths.set(cidr.bits, sameLength.set(prefix(cidr.bytes, cidr.bits), id))
  return id
}

const nowhere: ReadonlySet<number> = new Set()

/** Finds all CIDRs that contain an address. Undefined if the text is not an address. */
export function locate(networks: Networks, text: string): Located | undefined {
  const address = parseAddress(text)
  if (address === undefined) return undefined
  let containing: Set<number> | undefined
  for (const [bits, sameLength] of networks.prefixes[address.family]) {
    const id = sameLength.get(prefix(address.bytes, bits))
    if (id !== undefined) containing = (containing ?? new Set()).add(id)
  }
  return { family: address.family, text: address.text, networks: containing ?? nowhere }
}

/** The first `bits` bits as text. */
function prefix(bytes: readonly number[], bits: number): string {
  const whole = bits >> 3
  const rest = bits & 7
  const last = rest === 0 ? '' : `.${(bytes[whole] ?? 0) & (0xff << (8 - rest))}`
  return bytes.slice(0, whole).join('.') + last
}
