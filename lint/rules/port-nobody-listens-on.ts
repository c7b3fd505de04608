import { listed, workloadsOf } from '../../fabric/lookup/listed.ts'
import { deadPortsOf } from '../dead-ports.ts'
import type { Rule } from '../rule.ts'

/** Reported only if every pod declares its ports, or a Service or a probe names them. */
export const portNobodyListensOn: Rule = {
  id: 'port-nobody-listens-on',
  severity: 'warning',
  summary: 'a rule port on which no pod that the rule speaks of listens',
  *find(context) {
    for (const { object, portPath, cause, pods, wanted } of deadPortsOf(context)) {
      if (cause.kind !== 'unknown') continue
      const unknown = pods.some(({ namespace }) => context.operatorsIn(namespace).length > 0)
      const ports = listed(cause.ports.map(({ port, protocol }) => `${port}/${protocol}`))
      const message = `nobody listens on ${wanted}: ${workloadsOf(pods)} listens on ${ports}`
      const severity = unknown ? ({ severity: 'info' } as const) : {}
      yield { object, path: [...portPath, 'port'], message, ...severity }
    }
  },
}
