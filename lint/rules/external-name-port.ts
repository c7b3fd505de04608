import { listed } from '../../fabric/lookup/listed.ts'
import { portsOfName } from '../hosts/ports.ts'
import type { Rule } from '../rule.ts'

/** An ExternalName is a DNS alias. Its ports are the target's, without translation (docs/semantics.md, rule 57). */
export const externalNamePort: Rule = {
  id: 'external-name-port',
  severity: 'warning',
  summary: 'a Service of type ExternalName with a port that its target in this cluster does not have',
  restsOnPresence: true,
  *find(context) {
    for (const { service, object } of context.services) {
      const answers = service.type === 'ExternalName' ? portsOfName(service, context) : undefined
      if (answers === undefined) continue
      const has = listed(answers.ports.map(({ port }) => String(port)))
      for (const [index, { port }] of service.ports.entries()) {
        if (answers.ports.some((each) => each.port === port)) continue
        const message = `${service.externalName} has no port ${port}: it has ${has}, and an ExternalName translates no port`
        yield { object, path: ['spec', 'ports', index, 'port'], message, fix: `use port ${has} of the target` }
      }
    }
  },
}
