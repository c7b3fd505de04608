import ipaddr from 'ipaddr.js'

/** The class of an address, independent of the network that routes it. */
export type AddressClass = 'loopback' | 'link-local' | 'metadata' | 'unspecified' | 'multicast' | 'broadcast'

/** An IP literal as the kernel connects to it, with its class and the addresses that it embeds. */
export interface KnownAddress {
  readonly canonical: string
  readonly classes: readonly AddressClass[]
}

/**
 * Metadata services that give credentials to any client: AWS, GCP, Azure, OpenStack, OCI (169.254.169.254,
 * fd00:ec2::254, fd20:ce::254), ECS tasks and EKS pod identity (169.254.170.2, .23), Azure's wire server, Alibaba,
 * Oracle classic, OpenStack over IPv6 (RFC 3927 mapped into fe80::/64).
 */
const metadata: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fe80::a9fe:a9fe',
])

/** IPv6 forms that embed an IPv4 address: prefix, its length, and the four byte positions of each possible layout. */
const embeddings: readonly { prefix: ipaddr.IPv6; length: number; layouts: readonly number[][]; inverted?: true }[] = [
  { prefix: ipaddr.IPv6.parse('::ffff:0:0'), length: 96, layouts: [[12, 13, 14, 15]] }, // IPv4-mapped, RFC 4291
  { prefix: ipaddr.IPv6.parse('::ffff:0:0:0'), length: 96, layouts: [[12, 13, 14, 15]] }, // IPv4-translated, RFC 2765
  { prefix: ipaddr.IPv6.parse('64:ff9b::'), length: 96, layouts: [[12, 13, 14, 15]] }, // NAT64, RFC 6052
  {
    prefix: ipaddr.IPv6.parse('64:ff9b:1::'), // local NAT64, RFC 8215: an operator's prefix of 48, 56, 64 or 96 bits
    length: 48,
    layouts: [
      [6, 7, 9, 10],
      [7, 9, 10, 11],
      [9, 10, 11, 12],
      [12, 13, 14, 15],
    ],
  },
  { prefix: ipaddr.IPv6.parse('2002::'), length: 16, layouts: [[2, 3, 4, 5]] }, // 6to4, RFC 3056
  { prefix: ipaddr.IPv6.parse('2001::'), length: 32, layouts: [[12, 13, 14, 15]], inverted: true }, // Teredo, RFC 4380
  { prefix: ipaddr.IPv6.parse('::'), length: 96, layouts: [[12, 13, 14, 15]] }, // IPv4-compatible, RFC 4291 §2.5.5.1
]

/**
 * Parses an IP literal of either family. Undefined for other text, including the legacy forms of inet_aton(3) (octal,
 * hexadecimal, short).
 */
export function knowAddress(address: string): KnownAddress | undefined {
  const literal = parse(address)
  if (literal === undefined) return undefined
  const carried = embedded(literal).flatMap(classOf)
  const classes = [...classOf(literal), ...carried.filter((each) => each !== 'unspecified')]
  return { canonical: literal.toString(), classes }
}

/**
 * The address in its shortest family: an IPv4-mapped address becomes IPv4, as the kernel connects to it. Drops zone
 * identifiers.
 */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = address.split('%', 1)[0] ?? ''
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare)
  if (!ipaddr.IPv6.isValid(bare)) return undefined
  const literal = ipaddr.IPv6.parse(bare)
  return literal.isIPv4MappedAddress() ? literal.toIPv4Address() : literal
}

/**
 * Possible embedded addresses. Under a prefix with several layouts most of them read as 0.x.y.z, which a translator
 * never forwards.
 */
function embedded(literal: ipaddr.IPv4 | ipaddr.IPv6): readonly ipaddr.IPv4[] {
  if (literal instanceof ipaddr.IPv4 || literal.range() === 'loopback') return []
  const bytes = literal.toByteArray()
  return embeddings
    .filter(({ prefix, length }) => literal.match(prefix, length))
    .flatMap(({ layouts, inverted }) =>
      layouts.map((layout) => new ipaddr.IPv4(layout.map((at) => (inverted ? 255 - bytes[at]! : bytes[at]!)))),
    )
}

function classOf(literal: ipaddr.IPv4 | ipaddr.IPv6): readonly AddressClass[] {
  if (metadata.has(literal.toString())) return ['metadata']
  switch (literal.range()) {
    case 'unspecified':
      return ['unspecified']
    case 'loopback':
      return ['loopback']
    case 'linkLocal':
      return ['link-local']
    case 'multicast':
      return ['multicast']
    case 'broadcast':
      return ['broadcast']
    default:
      return []
  }
}
