import { blocksIn, isWithin, networks } from '../networks.ts'
import { rangesOf } from '../ranges.ts'
import type { Rule } from '../rule.ts'

/** Policies see the pod's address, after the Service's was translated (semantics rule 56). */
export const ipBlockOfServices: Rule = {
  id: 'ip-block-of-services',
  severity: 'warning',
  summary: "an ipBlock within the Services' addresses, which no packet has when policies are judged",
  *find(context) {
    const services = networks(rangesOf(context).services)
    for (const { object, peerPath, cidr, direction } of blocksIn(context)) {
      const range = services.find((each) => isWithin(cidr, each))
      if (range === undefined || direction !== 'egress') continue
      const message = `${cidr.text} is of the Services' addresses (${range.text}): policies are judged at the pod behind, so this matches nothing`
      yield { object, path: [...peerPath, 'ipBlock', 'cidr'], message, fix: "select the Service's pods by labels" }
    }
  },
}
