import { deadPortsOf } from '../dead-ports.ts'
import type { Rule } from '../rule.ts'

/** `namespaceSelector: {}` matches all pods, and no address outside the cluster (docs/semantics.md, rule 18). */
export const internetBySelector: Rule = {
  id: 'internet-by-selector',
  severity: 'warning',
  summary: 'an egress rule to all namespaces by HTTP or HTTPS: it opens no address outside the cluster',
  *find(context) {
    for (const { object, path, cause } of deadPortsOf(context)) {
      if (cause.kind !== 'internet') continue
      const message =
        'namespaceSelector: {} is every pod of the cluster, where nobody listens on these ports, and nothing outside it'
      const fix =
        'if the internet is meant, write - ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}'
      yield { object, path: [...path, 'to'], message, fix }
    }
  },
}
