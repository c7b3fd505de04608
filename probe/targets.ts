import ipaddr from 'ipaddr.js'

/** Kinds of targets that a probe refuses unless they are allowed by name (design.md §3). */
export const allowable = ['loopback', 'link-local', 'metadata', 'kubelet', 'apiserver', 'etcd'] as const
export type Allowable = (typeof allowable)[number]

/** What a target is: each of these must be allowed before it is dialled; the last three never are. */
export type TargetClass = Allowable | 'unspecified' | 'multicast' | 'broadcast'

/** Even when allowed, these get a TCP connection and not one byte. */
const connectOnly: ReadonlySet<TargetClass> = new Set(['metadata', 'kubelet', 'apiserver', 'etcd'])

/**
 * Credentials for whoever asks: AWS, GCP, Azure, OpenStack, OCI (169.254.169.254, fd00:ec2::254, fd20:ce::254), ECS tasks and EKS pod
 * identity (169.254.170.2, .23), Azure's wire server, Alibaba, Oracle classic, OpenStack over IPv6 (RFC 3927 mapped into fe80::/64).
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

/** https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const ports: ReadonlyMap<number, TargetClass> = new Map([
  [10_250, 'kubelet'],
  [10_255, 'kubelet'],
  [2_379, 'etcd'],
  [2_380, 'etcd'],
  [6_443, 'apiserver'],
])

/** Where IPv6 forms carry an IPv4 address: prefix, its length, and the four byte positions of each layout that it may have. */
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

/** What is refused about a target, for `admission`; none when it may be dialled. */
export type Refusal = { readonly refused: TargetClass; readonly detail: string }

export interface TargetOptions {
  readonly allowTargets: readonly Allowable[]
  /** Host and port of the API server as pods know it (`KUBERNETES_SERVICE_HOST`). */
  readonly apiserver?: { readonly address: string; readonly port: number }
  /** The nameservers of the own resolv.conf: always allowed on port 53 (NodeLocal DNSCache is link-local). */
  readonly nameservers: () => readonly string[]
}

/** Judges IP literals; `sends` is false for a check that connects and writes nothing. A literal that is no address is refused too. */
export type TargetPolicy = (address: string, port: number, sends: boolean) => Refusal | undefined

/** The policy for one probe: what `allowTargets` names is open, of that `metadata`, `kubelet`, `apiserver` and `etcd` to connect only. */
export function createTargetPolicy(options: TargetOptions): TargetPolicy {
  const allowed: ReadonlySet<TargetClass> = new Set(options.allowTargets)
  const apiserver = options.apiserver && { ...options.apiserver, address: canonical(options.apiserver.address) }
  return (address, port, sends) => {
    const literal = parse(address)
    if (literal === undefined) return { refused: 'unspecified', detail: 'the target is no IP address' }
    const classes = classify(literal, port)
    if (apiserver?.port === port && apiserver.address === literal.toString()) classes.push('apiserver')
    const refused =
      classes.find((each) => !allowed.has(each)) ?? (sends ? classes.find((each) => connectOnly.has(each)) : undefined)
    if (refused === undefined || (port === 53 && isNameserver(literal, options.nameservers()))) return undefined
    return { refused, detail: sentence(refused, allowed.has(refused)) }
  }
}

function sentence(refused: TargetClass, allowed: boolean): string {
  if (allowed) return `refused: ${refused} targets may be connected to, but nothing is sent to them`
  const way = (allowable as readonly string[]).includes(refused) ? `; --allow-targets ${refused} permits it` : ''
  return `refused: ${refused} targets are not dialled${way}`
}

function isNameserver(literal: ipaddr.IPv4 | ipaddr.IPv6, nameservers: readonly string[]): boolean {
  const address = literal.toString()
  return nameservers.some((each) => canonical(each) === address)
}

function canonical(address: string): string {
  return parse(address)?.toString() ?? address
}

/** The address in its shortest family: IPv4-mapped ones as IPv4, as the kernel dials them; zone identifiers dropped. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = address.split('%', 1)[0] ?? ''
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare)
  if (!ipaddr.IPv6.isValid(bare)) return undefined
  const literal = ipaddr.IPv6.parse(bare)
  return literal.isIPv4MappedAddress() ? literal.toIPv4Address() : literal
}

function classify(literal: ipaddr.IPv4 | ipaddr.IPv6, port: number): TargetClass[] {
  const classes = [
    ...classOf(literal),
    ...embedded(literal)
      .flatMap(classOf)
      .filter((each) => each !== 'unspecified'),
  ]
  const byPort = ports.get(port)
  if (byPort !== undefined) classes.push(byPort)
  return classes
}

/** Candidates only: under a prefix with several layouts most of them read as 0.x.y.z, which a translator never forwards. */
function embedded(literal: ipaddr.IPv4 | ipaddr.IPv6): readonly ipaddr.IPv4[] {
  if (literal instanceof ipaddr.IPv4 || literal.range() === 'loopback') return []
  const bytes = literal.toByteArray()
  return embeddings
    .filter(({ prefix, length }) => literal.match(prefix, length))
    .flatMap(({ layouts, inverted }) =>
      layouts.map((layout) => new ipaddr.IPv4(layout.map((at) => (inverted ? 255 - bytes[at]! : bytes[at]!)))),
    )
}

function classOf(literal: ipaddr.IPv4 | ipaddr.IPv6): readonly TargetClass[] {
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
