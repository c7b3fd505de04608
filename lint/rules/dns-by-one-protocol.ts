import { workloadsOf } from '../../fabric/lookup/listed.ts'
import { dnsReachOf, dnsTarget } from '../dns.ts'
import type { Rule } from '../rule.ts'

/**
 * A client repeats a query over TCP if the answer does not fit a datagram (RFC 7766). A port without a protocol is TCP (docs/semantics.md,
 * rule 36).
 */
export const dnsByOneProtocol: Rule = {
  id: 'dns-by-one-protocol',
  severity: 'warning',
  summary: 'DNS over UDP only, or over TCP only',
  *find(context) {
    for (const { pods, policies, udp, tcp, meant } of dnsReachOf(context)) {
      if (udp === tcp) continue
      const { object, path } = meant ?? { object: policies[0]!.object, path: ['spec', 'egress'] }
      const who = `${workloadsOf(pods)} in ${pods[0]!.namespace}`
      const message = udp
        ? `${who} may ask DNS by UDP only: answers that do not fit a datagram are asked for again by TCP, and then time out`
        : `${who} may ask DNS by TCP only, since a port without protocol is TCP: nearly all queries are UDP, and time out`
      const missing = udp ? 'TCP' : 'UDP'
      const fix = `add - {protocol: ${missing}, port: ${dnsTarget(context.world, missing)}}`
      yield { object, path, message, fix }
    }
  },
}
