import type { Family } from '../../checks/vantage.ts'
import { type Endpoint, endpointsOf } from '../../fabric/endpoints.ts'
import { podsOfWorkload } from '../../fabric/workloads.ts'
import type { Node, Pod, Service, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { Protocol } from '../../policy/types.ts'
import type { PodSet, Target } from '../scenario/model.ts'
import { type AddressAim, familyOf, type Socket } from './dial.ts'
import { type Named, namedBy } from './names.ts'

/** Why a target leads to no address, or to fewer than meant. */
export interface Gap {
  readonly cause: 'no_such_name' | 'no_such_port' | 'no_endpoints' | 'target_gone' | 'external_name' | 'no_route'
  readonly sentence: string
}

export interface Aims {
  readonly aims: readonly AddressAim[]
  readonly gap?: Gap
}

export interface AimOptions {
  readonly world: World
  /** The source's namespace: short names are resolved in it. */
  readonly namespace: string | undefined
  /** Families to keep; all when absent. */
  readonly families?: readonly Family[]
}

/** Targets that are reached at an address, rather than asked of DNS. */
export type ReachedTarget = Exclude<Target, { kind: 'dns' }>

/** Every address that a target stands for: the virtual ones, then each endpoint, those not ready included. */
export function aimsOf(target: ReachedTarget, options: AimOptions): Aims {
  const { aims, gap } = allAims(target, options)
  const kept = aims.filter(({ socket }) => options.families?.includes(socket.family) ?? true)
  if (kept.length > 0 || gap !== undefined || aims.length === 0) return { aims: kept, gap }
  const sentence = `${target.name} has no address of the asked family (IPv${options.families?.join(', IPv')})`
  return { aims: kept, gap: { cause: 'no_endpoints', sentence } }
}

function allAims(target: ReachedTarget, options: AimOptions): Aims {
  const { world } = options
  if (target.kind === 'pods') return podSetAims(target.pods, { port: target.port, protocol: protocolOf(target) }, world)
  if (target.kind === 'nodePort') {
    const nodes = world.nodes.filter((node) => target.node === undefined || node.name === target.node)
    const all = nodes.flatMap((node) =>
      node.addresses.flatMap((address) => nodeAims(node, address, portOf(target), world)),
    )
    if (all.length === 0) return { aims: [], gap: { cause: 'target_gone', sentence: `no node ${target.node ?? ''}` } }
    const leading = all.filter((aim) => aim.kind !== 'node' || aim.endpoints.length > 0)
    if (leading.length > 0) return { aims: leading }
    const service = world.services.find((each) => nodePortOf(each, portOf(target)) !== undefined)
    return { aims: all, gap: service === undefined ? noNodePort(target.port) : noEndpoints(service, 0) }
  }
  const port = { port: target.port, protocol: protocolOf(target) }
  return namedAims(namedBy(target.host, options.namespace, world), { ...port, host: target.host, world })
}

function protocolOf(target: ReachedTarget): Protocol {
  if (target.kind === 'pods' || target.kind === 'nodePort') return target.speech.protocol === 'udp' ? 'UDP' : 'TCP'
  return target.kind === 'udp' ? 'UDP' : 'TCP'
}

/** The port and protocol that a target is asked for at. */
export function portOf(target: ReachedTarget): Port {
  return { port: target.port, protocol: protocolOf(target) }
}

interface Port {
  readonly port: number
  readonly protocol: Protocol
}

/** The addresses of what a host leads to. */
export function namedAims(named: Named, { port, protocol, host, world }: Port & { host: string; world: World }): Aims {
  switch (named.kind) {
    case 'service':
      return serviceAims(named.service, { port, protocol }, world)
    case 'pods':
      return { aims: named.pods.flatMap((pod) => podAims(pod, { port, protocol })) }
    case 'node':
      return { aims: nodeAims(named.node, named.address, { port, protocol }, world) }
    case 'external': {
      if (isAddress(named.host)) return { aims: [{ kind: 'external', socket: socket(named.host, { port, protocol }) }] }
      return { aims: [], gap: { cause: 'external_name', sentence: `no Service or pod is called ${host} here` } }
    }
    case 'nothing':
      return { aims: [], gap: { cause: 'no_such_name', sentence: missingName(host, named.elsewhere, world) } }
    default:
      return named satisfies never
  }
}

function missingName(host: string, elsewhere: readonly Service[], world: World): string {
  const full = elsewhere.map((service) => `${service.name}.${service.namespace}.svc.${world.domain}`)
  const offer = full.length > 0 ? `; ${elsewhere[0]?.name} is in another namespace: write ${full.join(' or ')}` : ''
  return `no Service or pod is called ${host} here${offer}`
}

function serviceAims(service: Service, { port, protocol }: Port, world: World): Aims {
  const all = endpointsOf(service, world)
  const endpoints = all.filter((endpoint) => endpoint.protocol === protocol && dialledPort(endpoint, service) === port)
  const where = `${service.namespace}/${service.name}`
  if (!service.headless && !service.ports.some((each) => each.port === port && each.protocol === protocol)) {
    const known = service.ports.map((each) => `${each.port}/${each.protocol}`).join(', ')
    const sentence = `Service ${where} has no port ${port}/${protocol} (it has ${known || 'none'})`
    return { aims: virtualAims(service, { port, protocol }, []), gap: { cause: 'no_such_port', sentence } }
  }
  const sockets = endpoints.map((endpoint) => socket(endpoint.address, { port: endpoint.targetPort, protocol }))
  const aims = [
    ...virtualAims(service, { port, protocol }, sockets),
    ...endpoints.map((endpoint) => endpointAim(endpoint)),
  ]
  return endpoints.some((endpoint) => endpoint.ready) ? { aims } : { aims, gap: noEndpoints(service, endpoints.length) }
}

function noEndpoints({ namespace, name, selector }: Service, notReady: number): Gap {
  const none = selector === undefined ? 'nobody wrote any for it' : 'no pod matches its selector'
  const why = notReady > 0 ? `${notReady} not ready` : none
  return { cause: 'no_endpoints', sentence: `Service ${namespace}/${name} has no ready endpoints (${why})` }
}

function noNodePort(port: number): Gap {
  return { cause: 'no_such_port', sentence: `no Service has the NodePort ${port}` }
}

/** Behind a headless Service the port that is dialled is the pod's own. */
function dialledPort(endpoint: Endpoint, service: Service): number {
  return service.headless ? endpoint.targetPort : endpoint.port
}

function virtualAims(service: Service, port: Port, endpoints: readonly Socket[]): AddressAim[] {
  return service.clusterIPs.map((address) => {
    const own = socket(address, port)
    return { kind: 'virtual', service, socket: own, endpoints: endpoints.filter(({ family }) => family === own.family) }
  })
}

function endpointAim(endpoint: Endpoint): AddressAim {
  const own = socket(endpoint.address, { port: endpoint.targetPort, protocol: endpoint.protocol })
  if (endpoint.pod === undefined) return { kind: 'external', socket: own }
  return { kind: 'pod', pod: endpoint.pod, socket: own, ready: endpoint.ready }
}

function podSetAims(set: PodSet, port: Port, world: World): Aims {
  const pods =
    set.by === 'workload'
      ? podsOfWorkload(set.namespace, set.workload, world)
      : world.pods.filter(
          (pod) =>
            (set.namespace === undefined || pod.namespace === set.namespace) &&
            matchesSelector(set.selector, pod.labels),
        )
  if (pods.length > 0) return { aims: pods.flatMap((pod) => podAims(pod, port)) }
  return { aims: [], gap: { cause: 'target_gone', sentence: 'no pod is selected by the target' } }
}

function podAims(pod: Pod, port: Port): AddressAim[] {
  return pod.addresses.map((address) => ({ kind: 'pod', pod, socket: socket(address, port), ready: pod.ready }))
}

/** A node's address stands for the NodePort Services on it, or else for pods on the host's network. */
function nodeAims(node: Node, address: string, asked: Port, world: World): AddressAim[] {
  const own = socket(address, asked)
  for (const service of world.services) {
    if (!service.ipFamilies.includes(own.family)) continue
    const match = nodePortOf(service, asked)
    if (match === undefined) continue
    const endpoints = endpointsOf(service, world).filter(
      (each) => each.port === match.port && each.protocol === asked.protocol,
    )
    const sockets = endpoints.map((each) => socket(each.address, { port: each.targetPort, protocol: each.protocol }))
    return [{ kind: 'node', node, socket: own, endpoints: sockets.filter(({ family }) => family === own.family) }]
  }
  const host = world.pods.find(
    (pod) => pod.hostNetwork && pod.node === node.name && pod.ports.some((each) => each.port === asked.port),
  )
  if (host !== undefined) return [{ kind: 'pod', pod: host, socket: own, ready: host.ready }]
  return [{ kind: 'node', node, socket: own, endpoints: [] }]
}

function nodePortOf(service: Service, { port, protocol }: Port) {
  return service.ports.find((each) => each.nodePort === port && each.protocol === protocol)
}

function socket(address: string, { port, protocol }: Port): Socket {
  return { address, port, protocol, family: familyOf(address) }
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':')
}
