import { protocols } from '../parse-port.ts'
import type { NetworkPolicy, PolicyPort, PolicyRule, Protocol } from '../types.ts'
import type { Compiled } from './compiled.ts'
import type { Socket } from './query.ts'

/** A range of ports of one protocol that no rule distinguishes. A result for `port`, the first one, holds for all ports up to `last`. */
export interface PortRange extends Socket {
  readonly last: number
}

const highest = 65_535

/** Splits all ports of all protocols at each boundary of a policy rule, of a declared port that a rule names, or of one of `sockets`. */
export function portRanges(
  policies: readonly NetworkPolicy[],
  { pods, clusterPolicies }: Pick<Compiled, 'pods' | 'clusterPolicies'>,
  sockets: readonly Socket[],
): PortRange[] {
  const starts = new Map(protocols.map((protocol) => [protocol, new Set([1])]))
  const cut = (protocol: Protocol, first: number, last: number) => {
    starts.get(protocol)?.add(first)
    if (last < highest) starts.get(protocol)?.add(last + 1)
  }
  const names = new Set<string>()
  const items = policies.flatMap(({ ingress, egress }) => [...ingress, ...egress].flatMap(({ ports }) => ports))
  for (const item of items) {
    if (typeof item.port === 'string') names.add(item.port)
    else if (item.port !== undefined) cut(item.protocol ?? 'TCP', item.port, item.endPort ?? item.port)
  }
  for (const { rules } of clusterPolicies)
    for (const { protocol, first, last, name } of [...rules.ingress, ...rules.egress].flatMap(({ ports }) => ports)) {
      if (name !== undefined) names.add(name)
      else for (const each of protocol === undefined ? protocols : [protocol]) cut(each, first, last)
    }
  if (names.size > 0)
    for (const { pod } of pods.values())
      for (const { name, port, protocol } of pod.ports)
        if (name !== undefined && names.has(name)) cut(protocol, port, port)
  for (const { port, protocol } of sockets) cut(protocol, port, port)
  return [...starts].flatMap(([protocol, found]) => {
    const ports = [...found].toSorted((a, b) => a - b)
    return ports.map((port, at) => ({ protocol, port, last: (ports[at + 1] ?? highest + 1) - 1 }))
  })
}

/** Returns the ranges that at least one rule may allow. A named port matches every range that is a single port. */
export function rangesOf(rules: readonly PolicyRule[], ranges: readonly PortRange[]): readonly PortRange[] {
  if (rules.some(({ ports }) => ports.length === 0)) return ranges
  const items = rules.flatMap(({ ports }) => ports)
  return ranges.filter((range) => items.some((item) => mayAllow(item, range)))
}

function mayAllow({ protocol = 'TCP', port, endPort }: PolicyPort, range: PortRange): boolean {
  if (protocol !== range.protocol) return false
  if (typeof port === 'string') return range.port === range.last
  return port === undefined || (range.port >= port && range.last <= (endPort ?? port))
}
