import type { PolicyPort, PolicyRule, Protocol } from '../policy/types.ts'

/** Ports of one protocol, both ends included. */
export interface PortRange {
  readonly protocol: Protocol
  readonly first: number
  readonly last: number
}

const all: readonly PortRange[] = (['TCP', 'UDP', 'SCTP'] as const).map((protocol) => rangeOf({ protocol }))

/** The ports that a rule allows by number: all without items, none for items by name, which depend on the pod (docs/semantics.md, rules 14 and 41). */
export function rangesIn({ ports }: Pick<PolicyRule, 'ports'>): readonly PortRange[] {
  if (ports.length === 0) return all
  return ports.filter(({ port }) => typeof port !== 'string').map(rangeOf)
}

/** The ports that two rules both allow. */
export function sharedRanges(a: readonly PortRange[], b: readonly PortRange[]): PortRange[] {
  return a.flatMap(({ protocol, first, last }) =>
    b
      .filter((other) => other.protocol === protocol && other.first <= last && first <= other.last)
      .map((other) => ({ protocol, first: Math.max(first, other.first), last: Math.min(last, other.last) })),
  )
}

/** Whether a port is in one of the ranges. */
export function includesPort(
  ranges: readonly PortRange[],
  { port, protocol }: { readonly port: number; readonly protocol: Protocol },
): boolean {
  return ranges.some((range) => range.protocol === protocol && range.first <= port && port <= range.last)
}

/** `443/TCP`, `1-65535/UDP`. */
export function describeRange({ protocol, first, last }: PortRange): string {
  return `${first === last ? first : `${first}-${last}`}/${protocol}`
}

function rangeOf({ protocol = 'TCP', port, endPort }: PolicyPort): PortRange {
  if (typeof port !== 'number') return { protocol, first: 1, last: 65_535 }
  return { protocol, first: port, last: endPort ?? port }
}
