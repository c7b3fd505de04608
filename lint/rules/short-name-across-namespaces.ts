import { listed } from '../../fabric/lookup/listed.ts'
import { namedHostsOf, saying } from '../hosts/named.ts'
import type { Rule } from '../rule.ts'

/** A short name resolves in the pod's own namespace. After a split into several namespaces, it returns NXDOMAIN. */
export const shortNameAcrossNamespaces: Rule = {
  id: 'short-name-across-namespaces',
  severity: 'error',
  summary: 'a host that is the short name of a Service of another namespace, which does not resolve',
  *find(context) {
    for (const host of namedHostsOf(context)) {
      if (host.is.kind !== 'elsewhere') continue
      const { object, path } = host.mention
      const { services } = host.is
      const full = services.map(({ name, namespace }) => `${name}.${namespace}.svc.cluster.local`)
      const where = listed(services.map(({ namespace }) => namespace))
      const message = `${saying(host)}, and no Service of that name is in namespace ${object.namespace}: it is in ${where}, so this does not resolve`
      yield { object, path, message, fix: `write ${full.join(' or ')}` }
    }
  },
}
