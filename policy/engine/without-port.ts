import { protocols } from '../parse-port.ts'
import type { PolicyPort, Protocol } from '../types.ts'

interface Socket {
  readonly port: number
  readonly protocol: Protocol
}

/**
 * Returns port items that allow the same as the given ones except for one port of one protocol. `admitting` are the items that allow it.
 */
export function portsWithout(
  items: readonly PolicyPort[],
  admitting: readonly PolicyPort[],
  socket: Socket,
): PolicyPort[] {
  if (items.length === 0) return protocols.flatMap((protocol) => around({ protocol }, socket))
  return items.flatMap((item) => (admitting.includes(item) ? around(item, socket) : [item]))
}

/** Splits a range around the port. A named port is removed as a whole. */
function around(item: PolicyPort, { port, protocol }: Socket): PolicyPort[] {
  if (typeof item.port === 'string') return []
  const own = item.protocol ?? 'TCP'
  if (own !== protocol) return [item]
  const first = item.port ?? 1
  const last = item.port === undefined ? 65_535 : (item.endPort ?? item.port)
  return [...range(own, first, port - 1), ...range(own, port + 1, last)]
}

function range(protocol: Protocol, first: number, last: number): PolicyPort[] {
  if (first > last) return []
  return [first === last ? { protocol, port: first } : { protocol, port: first, endPort: last }]
}
