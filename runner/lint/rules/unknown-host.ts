import { didYouMean } from '../../../policy/suggest.ts'
import type { Context } from '../context.ts'
import { type NamedHost, namedHostsOf, saying } from '../hosts/named.ts'
import type { Found, Rule } from '../rule.ts'
import { listed } from '../words.ts'

/** Checked against what is given: lint together what is deployed together. */
export const unknownHost: Rule = {
  id: 'unknown-host',
  severity: 'warning',
  summary: 'a host of the cluster whose Service, namespace or pod does not exist',
  *find(context) {
    for (const host of namedHostsOf(context)) {
      const found = explain(host, context)
      if (found !== undefined) yield { object: host.mention.object, path: host.mention.path, ...found }
    }
  },
}

function explain(host: NamedHost, context: Context): Omit<Found, 'object'> | undefined {
  const { is, named, mention } = host
  const said = saying(host)
  switch (is.kind) {
    case 'no-namespace': {
      if (mention.form === 'file' && !named.host.includes('.svc')) return undefined
      const there = context.population.servicesNamed(is.name).map(({ namespace }) => namespace)
      const names = context.world.namespaces.map(({ name }) => name)
      const fix = there.length > 0 ? `Service ${is.name} is in ${listed(there)}` : didYouMean(is.namespace, names)
      if (fix !== undefined) return { message: `${said}, and there is no namespace ${is.namespace}`, fix }
      if (context.live) return { message: `${said}, and there is no namespace ${is.namespace}` }
      return { severity: 'info', message: `${said}, and namespace ${is.namespace} is not among these objects` }
    }
    case 'no-service':
      return {
        message: `${said}, and namespace ${is.namespace} has no Service ${is.name}`,
        ...suggested(is.name, is.namespace, context),
      }
    case 'no-pod': {
      const { name, namespace } = is.service
      const pods = context.population.podsIn(namespace).filter(({ subdomain }) => subdomain === name)
      return {
        message: `${said}, and ${is.name} is no pod of Service ${namespace}/${name}: its pods are ${listed(pods.map((pod) => pod.name))}`,
      }
    }
    case 'unknown': {
      if (mention.form === 'file' || named.form === 'pair') return undefined
      const { namespace } = mention.object
      return {
        message: `${said}, and namespace ${namespace} has no Service of that name`,
        ...suggested(named.host, namespace, context),
      }
    }
    default:
      return undefined
  }
}

/** Where operators make Services, or none is given, nobody here knows all of them: that is an info. */
function suggested(name: string, namespace: string, context: Context): Pick<Found, 'fix' | 'severity'> {
  const given = context.population.servicesIn(namespace).map((service) => service.name)
  const there = context.population.servicesNamed(name)
  const elsewhere = there.length > 0 ? `it is in ${listed(there.map((service) => service.namespace))}` : undefined
  const fix = elsewhere ?? didYouMean(name, given)
  if (fix !== undefined) return { fix }
  const unknown = context.operatorsIn(namespace).length > 0 || (given.length === 0 && !context.live)
  return unknown ? { severity: 'info' } : {}
}
