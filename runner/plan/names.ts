import ipaddr from 'ipaddr.js'
import type { Node, Pod, Service, World } from '../../fabric/world.ts'

/** What a host leads to in the objects, as a source of that namespace would resolve it. */
export type Named =
  /** `address`: the external one by which it was called. */
  | { readonly kind: 'service'; readonly service: Service; readonly address?: string }
  | { readonly kind: 'pods'; readonly pods: readonly Pod[] }
  | { readonly kind: 'node'; readonly node: Node; readonly address: string }
  | { readonly kind: 'external'; readonly host: string }
  /** A name of the cluster's domain that no object gives. */
  | { readonly kind: 'nothing'; readonly elsewhere: readonly Service[] }

/** Follows the search list of resolv.conf(5) as the cluster's DNS specification fills it, and what an address belongs to. */
export function namedBy(host: string, namespace: string | undefined, world: World, aliases = 8): Named {
  if (ipaddr.isValid(host)) return addressed(host, world)
  const bare = host.toLowerCase().replace(/\.$/, '')
  const inside = bare.endsWith(`.${world.domain}`)
  const labels = (inside ? bare.slice(0, -world.domain.length - 1) : bare).split('.')
  const all = candidates(labels, inside ? undefined : namespace)
  for (const [name, space, hostname] of all) {
    const service = world.services.find((each) => each.name === name && each.namespace === space)
    if (service === undefined) continue
    if (hostname === undefined) return serviceOrAlias(service, world, aliases)
    const pods = world.pods.filter(
      (pod) => pod.namespace === space && pod.subdomain === name && (pod.hostname ?? pod.name) === hostname,
    )
    if (pods.length > 0) return { kind: 'pods', pods }
  }
  if (!inside && labels.length > 1 && labels.at(-1) !== 'svc' && !all.some((each) => speaksOf(each, world)))
    return { kind: 'external', host: bare }
  return { kind: 'nothing', elsewhere: world.services.filter((service) => service.name === labels[0]) }
}

/** Whether a name means something of this cluster that is not there: a Service of a namespace, or a pod of a Service. */
function speaksOf([name, space, hostname]: Candidate, world: World): boolean {
  if (hostname === undefined) return world.namespaces.some((namespace) => namespace.name === space)
  return world.services.some((service) => service.name === name && service.namespace === space)
}

/** A CNAME of the cluster's own domain is followed, as its DNS does; one that leads in circles leads nowhere. */
function serviceOrAlias(service: Service, world: World, aliases: number): Named {
  if (service.type !== 'ExternalName') return { kind: 'service', service }
  const host = (service.externalName ?? '').toLowerCase().replace(/\.$/, '')
  if (!host.endsWith(`.${world.domain}`) || aliases === 0) return { kind: 'external', host }
  return namedBy(host, undefined, world, aliases - 1)
}

type Candidate = readonly [service: string, namespace: string, hostname?: string]

/** Readings of a name's labels, in the order of the search list: own namespace first, then `svc`, then the domain. */
function candidates(labels: readonly string[], namespace: string | undefined): Candidate[] {
  const [a = '', b, c, d] = labels
  if (labels.length === 1) return namespace === undefined ? [] : [[a, namespace]]
  if (labels.length === 2 && b !== undefined) {
    return [
      ...(namespace === undefined ? [] : [[b, namespace, a] as const]),
      ...(namespace === undefined ? [] : [[a, b] as const]),
    ]
  }
  if (labels.length === 3 && b !== undefined) return c === 'svc' ? [[a, b]] : [[b, c ?? '', a]]
  return labels.length === 4 && d === 'svc' ? [[b ?? '', c ?? '', a]] : []
}

function addressed(host: string, world: World): Named {
  const text = ipaddr.process(host).toString()
  const service = world.services.find((each) => each.clusterIPs.some((ip) => same(ip, text)))
  if (service !== undefined) return { kind: 'service', service }
  const pods = world.pods.filter((pod) => !pod.hostNetwork && pod.addresses.some((ip) => same(ip, text)))
  if (pods.length > 0) return { kind: 'pods', pods }
  const node = world.nodes.find((each) => each.addresses.some((ip) => same(ip, text)))
  const open = world.services.find((each) => each.externalIPs.some((ip) => same(ip, text)))
  if (open !== undefined && node === undefined) return { kind: 'service', service: open, address: text }
  return node === undefined ? { kind: 'external', host: text } : { kind: 'node', node, address: text }
}

function same(address: string, canonical: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).toString() === canonical
}
