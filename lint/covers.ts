import type { Pod } from '../fabric/world.ts'
import type { PolicyPort, PolicyRule, Protocol } from '../policy/types.ts'

/** Whether an item of `ports` covers a port number of a pod (docs/semantics.md, rules 36 to 42). */
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

/** Whether one of the `ports` of a rule covers a port number of a pod. A rule without ports covers all (docs/semantics.md, rule 14). */
export function ruleCoversPort(
  { ports }: Pick<PolicyRule, 'ports'>,
  target: { port: number; protocol: Protocol },
  pod: Pod,
): boolean {
  return ports.length === 0 || ports.some((item) => coversPort(item, target, pod))
}
