import { workloadsOf } from '../../fabric/lookup/listed.ts'
import type { Context } from '../context.ts'
import { type DnsReach, dnsReachOf, dnsRule, dnsTarget } from '../dns.ts'
import type { Found, Rule } from '../rule.ts'

/** Isolation for egress also covers DNS (docs/semantics.md, rule 58). */
export const egressWithoutDns: Rule = {
  id: 'egress-without-dns',
  severity: 'warning',
  summary: 'pods isolated for egress that may reach others, and not the DNS that names them',
  *find(context) {
    for (const reach of dnsReachOf(context)) {
      if (reach.byUnknownLabels) yield { ...placeOf(reach), severity: 'info', message: notKnown(reach) }
      if (reach.udp || reach.tcp) continue
      yield {
        ...placeOf(reach),
        message: messageOf(reach, context),
        fix: `${reach.meant === undefined ? 'add to spec.egress' : 'write in its place'}:\n${dnsRule(context)}`,
      }
    }
  },
}

function placeOf({ policies, meant }: DnsReach): Pick<Found, 'object' | 'path'> {
  if (meant !== undefined) return { object: meant.object, path: meant.path.slice(0, 3) }
  const first = policies.find(({ policy }) => policy.egress.length > 0) ?? policies[0]!
  return { object: first.object, path: ['spec', 'egress'] }
}

function notKnown({ pods }: DnsReach): string {
  return `${workloadsOf(pods)} in ${pods[0]!.namespace}: isolated for egress, and whether a rule reaches the cluster's DNS is not known: no Namespace that is given has the labels by which its rules for DNS select`
}

function messageOf({ pods, meant, byPeer }: DnsReach, { world }: Context): string {
  const who = `${workloadsOf(pods)} in ${pods[0]!.namespace}: isolated for egress, and no rule reaches the cluster's DNS, so no name resolves`
  if (meant === undefined) return who
  const lack = byPeer ? `the DNS pods listen on ${dnsTarget(world, 'UDP')}` : 'its peers are not the DNS pods'
  return `${who}; this rule is meant to, but ${lack}`
}
