import ipaddr from 'ipaddr.js'
import type { Node, Pod, Service, World } from '../world.ts'
import { type HostName, hostNameOf, isOutside, missingHost } from './host-name.ts'
import type { Missing } from './missing.ts'

/** What a host means among the objects, for a source in that namespace. */
export type HostLookup =
  /** `address`: the external address that was used. */
  | { readonly kind: 'service'; readonly service: Service; readonly address?: string }
  | { readonly kind: 'pods'; readonly pods: readonly Pod[] }
  | { readonly kind: 'node'; readonly node: Node; readonly address: string }
  | { readonly kind: 'external'; readonly host: string }
  /** A name in the cluster's domain that no object has: an unknown host. */
  | { readonly kind: 'nothing'; readonly missing: Missing }

/**
 * Resolves a host with the search list of resolv.conf(5) that the cluster's DNS specification defines, or finds the
 * owner of an address.
 */
export function lookUpHost(host: string, namespace: string | undefined, world: World, aliases = 8): HostLookup {
  if (ipaddr.isValid(host)) return addressed(host, world)
  const parsed = hostNameOf(host, world.domain)
  for (const [name, space, hostname] of candidates(parsed, namespace)) {
    const service = world.services.find((each) => each.name === name && each.namespace === space)
    if (service === undefined) continue
    if (hostname === undefined) return serviceOrAlias(service, world, aliases)
    const pods = world.pods.filter(
      (pod) => pod.namespace === space && pod.subdomain === name && (pod.hostname ?? pod.name) === hostname,
    )
    if (pods.length > 0) return { kind: 'pods', pods }
  }
  const byAddress = podsAt(parsed, world)
  if (byAddress.length > 0) return { kind: 'pods', pods: byAddress }
  const [alias, ...others] = new Set(aliasesOf(parsed.text, namespace, world))
  if (alias !== undefined && others.length === 0) return addressed(alias, world)
  if (alias !== undefined || isOutside(parsed, namespace, world)) return { kind: 'external', host: parsed.text }
  return { kind: 'nothing', missing: missingHost(parsed, namespace, world) }
}

/** `10-1-2-3.namespace.pod` in the cluster's domain: the pods with that address. */
function podsAt({ labels, inside }: HostName, { pods }: World): Pod[] {
  const [address = '', namespace, kind, ...more] = labels
  if (!inside || kind !== 'pod' || more.length > 0) return []
  return pods.filter(
    (pod) => pod.namespace === namespace && pod.addresses.some((ip) => ip.replaceAll(/[.:]/g, '-') === address),
  )
}

/** Addresses for the name in /etc/hosts of the pods of a namespace. */
function aliasesOf(name: string, namespace: string | undefined, { pods }: World): string[] {
  const own = pods.filter((pod) => pod.namespace === namespace).flatMap(({ hostAliases }) => hostAliases)
  return own.filter(({ hostnames }) => hostnames.includes(name)).map(({ ip }) => ip)
}

/** Follows a CNAME within the cluster's domain, as cluster DNS does. A cycle leads to nothing. */
function serviceOrAlias(service: Service, world: World, aliases: number): HostLookup {
  if (service.type !== 'ExternalName') return { kind: 'service', service }
  const host = (service.externalName ?? '').toLowerCase().replace(/\.$/, '')
  if (!host.endsWith(`.${world.domain}`) || aliases === 0) return { kind: 'external', host }
  return lookUpHost(host, undefined, world, aliases - 1)
}

type Candidate = readonly [service: string, namespace: string, hostname?: string]

/**
 * Interpretations of a name's labels, in the order of the search list: the source's namespace, then `svc`, then the
 * domain. Outside the cluster there is no search list, but `service.namespace` still means the Service.
 */
function candidates({ labels, inside, absolute }: HostName, namespace: string | undefined): Candidate[] {
  const [a = '', b = '', c = '', d] = labels
  if (inside) return labels.at(-1) === 'svc' ? qualified(labels.slice(0, -1)) : []
  if (absolute) return []
  if (labels.length === 1) return namespace === undefined ? [] : [[a, namespace]]
  if (labels.length === 2) return [...(namespace === undefined ? [] : [[b, namespace, a] as const]), [a, b]]
  if (labels.length === 3) return c === 'svc' ? [[a, b]] : [[b, c, a]]
  return labels.length === 4 && d === 'svc' ? [[b, c, a]] : []
}

/** `service.namespace` and `pod.service.namespace`. */
function qualified([a = '', b = '', c, ...more]: readonly string[]): Candidate[] {
  if (more.length > 0) return []
  return c === undefined ? [[a, b]] : [[b, c, a]]
}

function addressed(host: string, world: World): HostLookup {
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
