import ipaddr from 'ipaddr.js'

export type Family = 4 | 6

/** An IP literal: its family, its canonical text (RFC 5952; IPv4-mapped IPv6 becomes IPv4) and its bytes. */
export interface Address {
  readonly family: Family
  readonly text: string
  readonly bytes: readonly number[]
}

/** A network with its host bits cleared and its text in canonical form. */
export interface Cidr extends Address {
  readonly bits: number
}

export interface ParsedCidr {
  readonly cidr: Cidr
  /** Forms that Kubernetes 1.36 and later reject and older versions accept: host bits, leading zeros, IPv4-mapped IPv6. */
  readonly tolerated: readonly string[]
}

const canonicalFour = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/**
 * IPv6 text with `::` between non-zero groups. Such text is canonical because it contains no other run of zeros. Other canonical forms
 * exist.
 */
const plainSix = /^(?=(?:[^:]*:){2,6}[^:]*$)(?:[1-9a-f][\da-f]{0,3}:)+(?::[1-9a-f][\da-f]{0,3})+$/

/** Parses an IP literal as the API server does: four decimal parts (no shorthand, no octal), or IPv6 without a zone. */
export function parseAddress(text: string): Address | undefined {
  // Fast path: a cluster has many addresses, and most are already canonical.
  if (canonicalFour.test(text)) return { family: 4, text, bytes: text.split('.').map(Number) }
  // ipaddr.js validates by throwing, which is slow. So IPv6 text skips the IPv4 parser.
  if (!text.includes(':'))
    return ipaddr.IPv4.isValidFourPartDecimal(text) ? addressOf(ipaddr.IPv4.parse(text)) : undefined
  if (plainSix.test(text)) return addressOfSix(text)
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined
  const parsed = ipaddr.IPv6.parse(text)
  return addressOf(parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed)
}

function addressOfSix(text: string): Address {
  const groups = text.split(':')
  const zeros = Array.from({ length: 9 - groups.length }, () => '0')
  const bytes = groups
    .flatMap((group) => (group === '' ? zeros : group))
    .flatMap((group) => {
      const value = Number.parseInt(group, 16)
      return [value >> 8, value & 255]
    })
  return { family: 6, text, bytes }
}

/**
 * Returns the canonical text of an IP literal, so that two spellings of one address compare equal. Undefined if the text is not an address.
 */
export function canonicalAddress(text: string): string | undefined {
  return canonicalFour.test(text) ? text : parseAddress(text)?.text
}

/** Returns the family of an IP literal, or undefined if the text is not an address. */
export function familyOf(text: string): Family | undefined {
  return canonicalFour.test(text) ? 4 : parseAddress(text)?.family
}

/** Parses a CIDR as the API server before 1.36 does, which masks host bits. Reports what newer versions would reject. */
export function parseCidr(text: string): ParsedCidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text)
  if (match === null) return undefined
  const [, literal = '', length = ''] = match
  const decimal = literal.includes(':') ? literal : literal.replaceAll(/(^|\.)0+(?=\d)/g, '$1')
  const address = parseAddress(decimal)
  if (address === undefined) return undefined
  const mapped = address.family === 4 && literal.includes(':')
  const bits = Number(length) - (mapped ? 96 : 0)
  if (bits < 0 || bits > address.bytes.length * 8) return undefined
  const bytes = address.bytes.map((byte, index) => byte & maskByte(bits, index))
  const base = textOf(bytes)
  const cidr: Cidr = { family: address.family, bits, bytes, text: `${base}/${bits}` }
  const tolerated = [
    ...(decimal === literal && !/^0\d/.test(length) ? [] : ['leading zeros']),
    ...(mapped ? ['an IPv4-mapped IPv6 address'] : []),
    ...(base === address.text ? [] : ['host bits set']),
  ]
  return { cidr, tolerated }
}

/** Whether a network contains an address. A different family or invalid text never matches (rule 34). */
export function contains(cidr: Cidr | string, ip: Address | string): boolean {
  const network = typeof cidr === 'string' ? parseCidr(cidr)?.cidr : cidr
  const address = typeof ip === 'string' ? parseAddress(ip) : ip
  if (network === undefined || address === undefined || network.family !== address.family) return false
  return network.bytes.every((byte, index) => ((address.bytes[index] ?? 0) & maskByte(network.bits, index)) === byte)
}

/** Whether `inner` is a strict subset of `outer`, as the API server requires of every `except`. */
export function isStrictSubset(inner: Cidr, outer: Cidr): boolean {
  return inner.bits > outer.bits && contains(outer, inner)
}

function maskByte(bits: number, index: number): number {
  const inByte = Math.min(8, Math.max(0, bits - index * 8))
  return (0xff << (8 - inByte)) & 0xff
}

function textOf(bytes: number[]): string {
  const address = ipaddr.fromByteArray(bytes)
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()
}

function addressOf(parsed: ipaddr.IPv4 | ipaddr.IPv6): Address {
  const bytes = parsed.toByteArray()
  return { family: bytes.length === 4 ? 4 : 6, text: textOf(bytes), bytes }
}
