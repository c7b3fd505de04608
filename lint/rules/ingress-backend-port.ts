import { listed } from '../../fabric/lookup/listed.ts'
import { backendsIn } from '../ingresses.ts'
import type { Rule } from '../rule.ts'

/** The port of a backend is the Service's, not the pod's. */
export const ingressBackendPort: Rule = {
  id: 'ingress-backend-port',
  severity: 'error',
  summary: 'an Ingress whose backend Service has no such port',
  restsOnPresence: true,
  *find(context) {
    for (const { object, path, name, namespace, port } of backendsIn(context)) {
      const own = namespace ?? object.namespace
      const service = context.population.servicesNamed(name).find((each) => each.namespace === own)
      if (service === undefined || service.type === 'ExternalName' || (port.name ?? port.number) === undefined) continue
      if (
        service.ports.some((each) => each.port === port.number || (port.name !== undefined && each.name === port.name))
      )
        continue
      const has = listed(
        service.ports.map((each) => (each.name === undefined ? `${each.port}` : `${each.port} (${each.name})`)),
      )
      const message = `Service ${service.namespace}/${name} has no port ${port.name ?? port.number}: it has ${has}`
      const key = port.name === undefined ? 'number' : 'name'
      const [only, ...more] = service.ports
      const fix = only !== undefined && more.length === 0 ? { fix: `write number: ${only.port}` } : {}
      yield { object, path: [...path, 'port', key], message, ...fix }
    }
  },
}
