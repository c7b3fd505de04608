import { listed } from '../../fabric/lookup/listed.ts'
import { missingService } from '../../fabric/lookup/missing.ts'
import { backendsIn } from '../ingresses.ts'
import type { Rule } from '../rule.ts'

/** The controller answers with 503. */
export const ingressBackendMissing: Rule = {
  id: 'ingress-backend-missing',
  severity: 'warning',
  summary: 'an Ingress whose backend Service does not exist',
  *find(context) {
    for (const { object, path, name, namespace } of backendsIn(context)) {
      if (
        context.population.servicesNamed(name).length > 0 ||
        (namespace !== undefined && namespace !== object.namespace)
      )
        continue
      const here = context.population.servicesIn(object.namespace).map((service) => service.name)
      const { sentence: message, near } = missingService({ namespace: object.namespace, name }, context.world)
      const fix = near ?? (here.length === 0 ? undefined : `Services there: ${listed(here)}`)
      const unknown = context.operatorsIn(object.namespace).length > 0 || (here.length === 0 && !context.live)
      yield {
        object,
        path: [...path, 'name'],
        message,
        ...(fix === undefined ? {} : { fix }),
        ...(unknown ? { severity: 'info' as const } : {}),
      }
    }
  },
}
