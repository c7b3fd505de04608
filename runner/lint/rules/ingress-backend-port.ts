import { backendsIn } from '../ingresses.ts'
import type { Rule } from '../rule.ts'
import { listed } from '../words.ts'

/** The port of a backend is the Service's, not the pod's. */
export const ingressBackendPort: Rule = {
  id: 'ingress-backend-port',
  severity: 'error',
  summary: 'an Ingress whose backend Service has no such port',
  *find(context) {
    for (const { object, path, name, namespace, port } of backendsIn(context)) {
      const service = context.population.servicesIn(namespace ?? object.namespace).find((each) => each.name === name)
      if (service === undefined || service.type === 'ExternalName' || (port.name ?? port.number) === undefined) continue
      if (service.ports.some((own) => own.port === port.number || (port.name !== undefined && own.name === port.name)))
        continue
      const has = listed(
        service.ports.map((own) => (own.name === undefined ? `${own.port}` : `${own.port} (${own.name})`)),
      )
      const message = `Service ${service.namespace}/${name} has no port ${port.name ?? port.number}: it has ${has}`
      const key = port.name === undefined ? 'number' : 'name'
      const [only, ...more] = service.ports
      const fix = only !== undefined && more.length === 0 ? { fix: `write number: ${only.port}` } : {}
      yield { object, path: [...path, 'port', key], message, ...fix }
    }
  },
}
