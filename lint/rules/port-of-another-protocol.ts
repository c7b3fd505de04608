import { workloadsOf } from '../../fabric/lookup/listed.ts'
import { deadPortsOf } from '../dead-ports.ts'
import type { Rule } from '../rule.ts'

/** A port item without a protocol is TCP (docs/semantics.md, rule 36). */
export const portOfAnotherProtocol: Rule = {
  id: 'port-of-another-protocol',
  severity: 'warning',
  summary: 'a rule port whose pods listen on that number, by another protocol',
  *find(context) {
    for (const { object, portPath, cause, pods, wanted } of deadPortsOf(context)) {
      if (cause.kind !== 'protocol') continue
      const message = `${workloadsOf(pods)} listens on that port by ${cause.other}, and this rule admits ${wanted} alone`
      yield { object, path: [...portPath, 'port'], message, fix: `write protocol: ${cause.other}` }
    }
  },
}
