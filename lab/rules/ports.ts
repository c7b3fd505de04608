import type { PolicyPort, Protocol } from '../../policy/types.ts'
import type { SetRegistry } from './set-registry.ts'

/**
 * Numbers of a named port at the destination; several if a pod declares the name twice (docs/semantics.md, rule 44).
 */
export type ResolvePort = (name: string, protocol: Protocol) => readonly number[]

interface Span {
  readonly protocol: Protocol
  readonly first: number
  readonly last: number
}

/** Protocol names of nftables. */
export const layer4 = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const satisfies Record<Protocol, string>

/**
 * A match on protocol and destination port: `''` if the rule does not restrict ports, undefined if its items match
 * nothing (a named port that the destination does not have; docs/semantics.md, rules 36 to 46).
 */
export function portMatch(ports: readonly PolicyPort[], resolve: ResolvePort, sets: SetRegistry): string | undefined {
  if (ports.length === 0) return ''
  const spans = joined(ports.flatMap((item) => spansOf(item, resolve)))
  const only = spans[0]
  if (only === undefined) return undefined
  if (spans.length === 1)
    return isWhole(only) ? `meta l4proto ${layer4[only.protocol]}` : `${layer4[only.protocol]} dport ${numbers(only)}`
  const elements = spans.map((span) => `${layer4[span.protocol]} . ${numbers(span)}`)
  return `meta l4proto . th dport ${sets.reference('inet_proto . inet_service', elements, 'interval')}`
}

/** Whether an item gives its port by name. */
export function isNamed(item: PolicyPort): item is PolicyPort & { readonly port: string } {
  return typeof item.port === 'string'
}

function spansOf({ protocol = 'TCP', port, endPort }: PolicyPort, resolve: ResolvePort): readonly Span[] {
  if (port === undefined) return [{ protocol, first: 0, last: 65_535 }]
  if (typeof port === 'number') return [{ protocol, first: port, last: endPort ?? port }]
  return resolve(port, protocol).map((number) => ({ protocol, first: number, last: number }))
}

/** Disjoint spans in ascending order, because nftables rejects overlapping intervals. */
function joined(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = []
  for (const span of spans.toSorted((a, b) => a.protocol.localeCompare(b.protocol) || a.first - b.first)) {
    const previous = result.at(-1)
    if (previous === undefined || previous.protocol !== span.protocol || span.first > previous.last + 1)
      result.push(span)
    else if (span.last > previous.last) result[result.length - 1] = { ...previous, last: span.last }
  }
  return result
}

const isWhole = ({ first, last }: Span): boolean => first === 0 && last === 65_535

const numbers = ({ first, last }: Span): string => (first === last ? String(first) : `${String(first)}-${String(last)}`)
