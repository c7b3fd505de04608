import { listed } from '../../fabric/lookup/listed.ts'
import { type Cidr, contains } from '../../policy/cidr.ts'
import type { Context } from '../context.ts'
import { type BlockAt, blocksIn, isWithin, networks } from '../networks.ts'
import { rangesOf } from '../ranges.ts'
import type { Found, Rule } from '../rule.ts'
import { listOf, valueAt } from '../templates.ts'

/** Policies see the pod's address, after translation of the Service's address (docs/semantics.md, rule 56). */
export const ipBlockOfServices: Rule = {
  id: 'ip-block-of-services',
  severity: 'warning',
  summary:
    "an ipBlock within the Services' addresses, or around one of them, which no packet has when policies are judged",
  restsOnPresence: true,
  *find(context) {
    const pods = networks(rangesOf(context).pods)
    for (const block of blocksIn(context)) {
      // NodeLocal DNSCache uses the address of the DNS Service, which is then not translated.
      const cache = context.world.nodeLocalDns?.addresses ?? []
      if (block.direction !== 'egress' || cache.some((address) => contains(block.cidr, address))) continue
      const found = within(block, context) ?? around(block, pods, context)
      if (found !== undefined) yield { object: block.object, path: [...block.peerPath, 'ipBlock', 'cidr'], ...found }
    }
  },
}

function within({ cidr }: BlockAt, context: Context): Omit<Found, 'object'> | undefined {
  const range = networks(rangesOf(context).services).find((each) => isWithin(cidr, each))
  if (range === undefined) return undefined
  const message = `${cidr.text} is of the Services' addresses (${range.text}): policies are judged at the pod behind, so this matches nothing`
  const fixes = clusterIpsIn(cidr, context).flatMap(({ endpoints }) => endpoints)
  const fix =
    fixes.length === 0
      ? "select the Service's pods by labels"
      : `write the addresses and ports of its endpoints: ${listed(fixes)}`
  return { message, fix }
}

/** Larger networks may also contain the pods. Networks that are known to contain pods, and very large ones, are not reported. */
function around({ cidr }: BlockAt, pods: readonly Cidr[], context: Context): Omit<Found, 'object'> | undefined {
  if (cidr.bits < (cidr.family === 4 ? 12 : 48)) return undefined
  if (pods.some((each) => isWithin(each, cidr) || isWithin(cidr, each))) return undefined
  const services = clusterIpsIn(cidr, context)
  if (services.length === 0) return undefined
  const known = pods.some(({ family }) => family === cidr.family)
  const names = listed(services.map(({ name, address }) => `${name} (${address})`))
  const message = `${cidr.text} contains the cluster IP of Service ${names}, which no packet has when policies are judged: this allows a connection to the Service only where ${cidr.text} holds its pods too`
  const fix = "select the Service's pods by labels"
  return { message, fix, ...(known ? {} : { severity: 'info' as const }) }
}

interface ClusterIp {
  readonly name: string
  readonly address: string
  /** For a Service without a selector: `192.0.2.1:6443`. */
  readonly endpoints: readonly string[]
}

/** The cluster IPs that manifests set explicitly, within a network. */
function clusterIpsIn(cidr: Cidr, { services }: Context): ClusterIp[] {
  return services.flatMap(({ service, object }) => {
    const given = [
      valueAt(object.value, ['spec', 'clusterIP']),
      ...listOf(valueAt(object.value, ['spec', 'clusterIPs'])),
    ]
    const addresses = new Set(given.filter((address) => typeof address === 'string'))
    return [...addresses]
      .filter((address) =>
        networks([`${address}/${address.includes(':') ? 128 : 32}`]).some((ip) => isWithin(ip, cidr)),
      )
      .map((address) => ({
        name: `${service.namespace}/${service.name}`,
        address,
        endpoints: service.manualEndpoints.flatMap((each) =>
          each.addresses.flatMap((ip) => each.ports.map(({ port }) => `${ip}:${port}`)),
        ),
      }))
  })
}
