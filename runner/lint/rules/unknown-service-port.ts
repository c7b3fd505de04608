import type { Pod, Service } from '../../../fabric/world.ts'
import type { Context } from '../context.ts'
import { type NamedHost, namedHostsOf, saying } from '../hosts/named.ts'
import type { Rule } from '../rule.ts'
import { listed } from '../words.ts'

/** A cluster address answers on the Service's ports, a headless name and a pod's on those of the pods. */
export const unknownServicePort: Rule = {
  id: 'unknown-service-port',
  severity: 'warning',
  summary: 'a host with a port that its Service does not have',
  *find(context) {
    for (const host of namedHostsOf(context)) {
      const ports = portsOf(host, context)
      if (host.named.port === undefined || ports === undefined || ports.some(({ port }) => port === host.named.port))
        continue
      const { object, path } = host.mention
      const has = listed(ports.map(({ port, name }) => (name === undefined ? `${port}` : `${port} (${name})`)))
      const [only, ...more] = ports
      const fix = only !== undefined && more.length === 0 ? { fix: `write :${only.port}` } : {}
      yield { object, path, message: `${saying(host)}, which has no such port: it has ${has}`, ...fix }
    }
  },
}

interface NumberedPort {
  readonly port: number
  readonly name?: string
}

/** None where they are not known. */
function portsOf({ is }: NamedHost, context: Context): readonly NumberedPort[] | undefined {
  if (is.kind === 'pod') return podPorts([is.pod], is.service, context)
  if (is.kind !== 'service' || is.service.type === 'ExternalName') return undefined
  const { service } = is
  if (!service.headless) return service.ports
  if (service.selector === undefined) return undefined
  return podPorts(context.population.select(service.namespace, { matchLabels: service.selector }), service, context)
}

function podPorts(
  pods: readonly Pod[],
  service: Service,
  { population }: Context,
): readonly NumberedPort[] | undefined {
  const listening = pods.map((pod) => population.listening(pod))
  return listening.length === 0 || listening.some((ports) => ports.length === 0)
    ? undefined
    : [...listening.flat(), ...service.ports]
}
