import { blocksIn, isWithin, networks } from '../networks.ts'
import { rangesOf } from '../ranges.ts'
import type { Rule } from '../rule.ts'

/**
 * Cilium does not match pods by address, other plugins do (docs/semantics.md, rule 31). Also, the address changes when the pod is replaced.
 */
export const ipBlockOfPods: Rule = {
  id: 'ip-block-of-pods',
  severity: 'warning',
  summary: "an ipBlock within the pods' addresses: plugins differ, and pods move",
  restsOnPresence: true,
  *find(context) {
    const pods = networks(rangesOf(context).pods)
    for (const { object, peerPath, cidr } of blocksIn(context)) {
      const range = pods.find((each) => isWithin(cidr, each))
      if (range === undefined) continue
      const message = `${cidr.text} lies in the pods' addresses (${range.text}): not every plugin matches pods by address, and addresses change with the pod`
      yield {
        object,
        path: [...peerPath, 'ipBlock', 'cidr'],
        message,
        fix: 'select the pods by labels: podSelector, namespaceSelector',
      }
    }
  },
}
