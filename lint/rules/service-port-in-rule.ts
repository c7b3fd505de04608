import { workloadsOf } from '../../fabric/lookup/listed.ts'
import type { Pod } from '../../fabric/world.ts'
import { deadPortsOf } from '../dead-ports.ts'
import type { Rule } from '../rule.ts'

/** Policies apply at the pod, after the Service has translated the port (docs/semantics.md, rule 56). */
export const servicePortInRule: Rule = {
  id: 'service-port-in-rule',
  severity: 'warning',
  summary: "a rule by a Service's port where its pods listen on another",
  *find(context) {
    for (const { object, portPath, cause, pods, wanted } of deadPortsOf(context)) {
      if (cause.kind !== 'service-port') continue
      const { service } = cause
      const target = numberOf(cause.target, pods)
      const name = `${service.namespace}/${service.name}`
      const message = `${wanted} is a port of Service ${name}; ${workloadsOf(pods)} behind it listens on ${target}, and policies are judged at the pod`
      yield { object, path: [...portPath, 'port'], message, fix: `write port: ${target}` }
    }
  },
}

/** The number of a named target port, if all pods agree on it. */
function numberOf(target: number | string, pods: readonly Pod[]): number | string {
  const numbers = pods.flatMap(({ ports }) => ports.filter(({ name }) => name === target).map(({ port }) => port))
  return new Set(numbers).size === 1 ? numbers[0]! : target
}
