import type { Pod } from '../../fabric/world.ts'
import type { PolicyPort, Protocol } from '../../policy/types.ts'

/** Whether an item of `ports` covers a port number of a pod (semantics rules 36 to 42). */
export function coversPort(
  item: PolicyPort,
  { port, protocol }: { port: number; protocol: Protocol },
  pod: Pod,
): boolean {
  if ((item.protocol ?? 'TCP') !== protocol) return false
  if (item.port === undefined) return true
  if (typeof item.port === 'number') return item.port <= port && port <= (item.endPort ?? item.port)
  return pod.ports.some((own) => own.name === item.port && own.protocol === protocol && own.port === port)
}
