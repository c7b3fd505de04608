import { listed, workloadsOf } from '../../fabric/lookup/listed.ts'
import type { Pod } from '../../fabric/world.ts'
import type { Rule } from '../rule.ts'
import { valueAt } from '../templates.ts'

/** A pod that lacks a named target port gets no endpoint. A number needs no declaration, but an undeclared one is often a typo. */
export const undeclaredTargetPort: Rule = {
  id: 'undeclared-target-port',
  severity: 'info',
  summary: 'a targetPort of a Service that no container declares',
  *find(context) {
    for (const { service, object } of context.services) {
      if (service.selector === undefined) continue
      const pods = context.population.select(service.namespace, { matchLabels: service.selector })
      for (const [index, { targetPort, protocol }] of service.ports.entries()) {
        if (pods.length === 0 || pods.some((pod) => declares(pod, targetPort, protocol))) continue
        const written = valueAt(object.value, ['spec', 'ports', index, 'targetPort']) !== undefined
        const path = ['spec', 'ports', index, written ? 'targetPort' : 'port']
        const known = listed(
          pods.flatMap((pod) =>
            pod.ports.map(({ name, port }) => (name === undefined ? `${port}` : `${port} (${name})`)),
          ),
        )
        const has = known === '' ? 'declares no port' : `declares ${known}`
        const named = typeof targetPort === 'string'
        if (!named && known === '') continue
        const effect = named ? ': this port leads nowhere' : ''
        const message = `no container declares port ${targetPort}/${protocol}: ${workloadsOf(pods)} ${has}${effect}`
        yield { object, path, message, ...(named ? { severity: 'warning' as const } : {}) }
      }
    }
  },
}

function declares({ ports }: Pod, target: number | string, protocol: string): boolean {
  return ports.some((own) => own.protocol === protocol && (own.name === target || own.port === target))
}
