import { backendsIn } from '../ingresses.ts'
import type { Rule } from '../rule.ts'

/** A backend has no namespace in the API: an Ingress can reference only Services of its own namespace. */
export const ingressBackendElsewhere: Rule = {
  id: 'ingress-backend-elsewhere',
  severity: 'error',
  summary: 'an Ingress whose backend is in another namespace, which cannot work',
  *find(context) {
    for (const { object, path, name, namespace } of backendsIn(context)) {
      const own = object.namespace
      const services = context.population.servicesNamed(name)
      const elsewhere = services.filter((service) => service.namespace !== own)
      const here = elsewhere.length < services.length
      const there = namespace ?? elsewhere[0]?.namespace
      const fix = `make an Ingress in namespace ${there} for this path, or a Service of type ExternalName here`
      if (namespace !== undefined) {
        const says =
          namespace === own
            ? 'the API has no such key here, and kubectl refuses it'
            : `this one is in ${own}, kubectl refuses the key, and without it ${name} is looked for in ${own}`
        const message = `an Ingress reaches Services of its own namespace only: ${says}`
        yield {
          object,
          path: [...path, 'namespace'],
          part: 'key',
          message,
          fix: namespace === own ? 'remove the line' : fix,
        }
      } else if (!here && there !== undefined) {
        const message = `Service ${name} is in ${elsewhere.map((service) => service.namespace).join(', ')}, and an Ingress reaches Services of its own namespace (${own}) only`
        yield { object, path: [...path, 'name'], message, fix }
      }
    }
  },
}
