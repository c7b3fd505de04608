import { isIP } from 'node:net'
import { isNodeLocal } from '../../fabric/cluster-dns.ts'
import { endpointsOf } from '../../fabric/endpoints.ts'
import { type HostLookup, lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { Service, World } from '../../fabric/world.ts'
import { familyOf, socketText } from '../plan/planned-check.ts'
import type { TargetSpec } from '../scenario/model.ts'

/** How a name and its Service resolve before any policy applies, step by step. */
export function resolutionOf(
  target: Exclude<TargetSpec, { kind: 'dns' }>,
  namespace: string | undefined,
  world: World,
): string[] {
  if (!('host' in target)) return []
  const named = lookUpHost(target.host, namespace, world)
  const protocol = target.kind === 'udp' ? 'UDP' : 'TCP'
  return [
    ...nameSteps(target.host, named, world),
    ...(named.kind === 'service' ? serviceSteps(named.service, { port: target.port, protocol }, world) : []),
  ]
}

function nameSteps(host: string, named: HostLookup, world: World): string[] {
  const { domain } = world
  switch (named.kind) {
    case 'service': {
      const { name, namespace, clusterIPs, headless } = named.service
      const full = `${name}.${namespace}.svc.${domain}`
      const leads = headless ? 'headless: its name leads to its pods' : (named.address ?? clusterIPs.join(' and '))
      return [`${host} is Service ${namespace}/${name}${full === host ? '' : ` (${full})`}, ${leads}`]
    }
    case 'pods':
      return [`${host} is ${named.pods.map((pod) => `pod ${pod.namespace}/${pod.name}`).join(', ')}`]
    case 'node':
      return [`${host} is node ${named.node.name}`]
    case 'external':
      if (isNodeLocal(named.host, world)) return [`${host} is a DNS cache on the source's own node`]
      if (isIP(named.host) !== 0) return [`${host} is outside the cluster`]
      return named.host === host.toLowerCase().replace(/\.$/, '') ? [] : [`${host} is another name of ${named.host}`]
    case 'nothing':
      return []
    default:
      return named satisfies never
  }
}

interface Port {
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

function serviceSteps(service: Service, { port, protocol }: Port, world: World): string[] {
  const endpoints = endpointsOf(service, world).filter(
    (each) => each.protocol === protocol && (service.headless ? each.targetPort : each.port) === port,
  )
  const ready = endpoints.filter((each) => each.ready)
  const places = ready.map(({ pod, address, targetPort }) =>
    pod === undefined ? socket(address, targetPort) : `${pod.namespace}/${pod.name} (${socket(address, targetPort)})`,
  )
  if (places.length === 0) return []
  const targets = new Set(ready.map(({ targetPort }) => targetPort))
  const translated = [...targets].some((target) => target !== port)
    ? `; policies see the pod's port ${[...targets].join(', ')}, not the Service's`
    : ''
  const asleep = endpoints.length > ready.length ? ` (${endpoints.length - ready.length} more are not ready)` : ''
  return [`its port ${port}/${protocol} leads to ${few(places)}${asleep}${translated}`]
}

function socket(address: string, port: number): string {
  return socketText({ address, port, family: familyOf(address) })
}

function few(list: readonly string[]): string {
  return list.length <= 4 ? list.join(', ') : `${list.slice(0, 3).join(', ')} and ${list.length - 3} more`
}
