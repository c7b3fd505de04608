import type { PolicyPort, PolicyRule, Protocol } from '../policy/types.ts'

/** A range of ports of one protocol. Both ends are included. */
export interface PortRange {
  readonly protocol: Protocol
  readonly first: number
  readonly last: number
}

const all: readonly PortRange[] = (['TCP', 'UDP', 'SCTP'] as const).map((protocol) => rangeOf({ protocol }))

/**
 * Returns the ports that a rule allows by number: all if it has no items, none for named items, which depend on the pod (docs/semantics.md,
 * rules 14 and 41).
 */
export function rangesIn({ ports }: Pick<PolicyRule, 'ports'>): readonly PortRange[] {
  if (ports.length === 0) return all
  return ports.filter(({ port }) => typeof port !== 'string').map(rangeOf)
}

/** Returns the ports that both rules allow. */
export function sharedRanges(a: readonly PortRange[], b: readonly PortRange[]): PortRange[] {
  return a.flatMap(({ protocol, first, last }) =>
    b
      .filter((other) => other.protocol === protocol && other.first <= last && first <= other.last)
      .map((other) => ({ protocol, first: Math.max(first, other.first), last: Math.min(last, other.last) })),
  )
}

/** Whether one of the ranges includes a port. */
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
