import type { Family } from '../../checks/vantage.ts'
import { podsOfWorkload } from '../../fabric/workloads.ts'
import type { Pod, Service, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { Protocol } from '../../policy/types.ts'
import type { PodSet, Target } from '../scenario/model.ts'
import { type AddressAim, familyOf, type Port, socketAt } from './dial.ts'
import type { Aims } from './gap.ts'
import { type Named, namedBy } from './names.ts'
import { nodeAims, nodePortAims } from './node-aims.ts'
import { serviceAims } from './service-aims.ts'
import { withUnread } from './unread-gap.ts'

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
  const { namespace, world } = options
  const { aims, gap } = withUnread(allAims(target, options), target, namespace, world)
  const kept = aims.filter(({ socket }) => options.families?.includes(socket.family) ?? true)
  if (kept.length > 0 || gap !== undefined || aims.length === 0) return { aims: kept, gap }
  const sentence = `${target.name} has no address of the asked family (IPv${options.families?.join(', IPv')})`
  return { aims: kept, gap: { cause: 'no_endpoints', sentence } }
}

function allAims(target: ReachedTarget, options: AimOptions): Aims {
  const { world } = options
  if (target.kind === 'pods') return podSetAims(target.pods, { port: target.port, protocol: protocolOf(target) }, world)
  if (target.kind === 'nodePort') return nodePortAims(target.node, portOf(target), world)
  const port = { port: target.port, protocol: protocolOf(target) }
  const found = namedAims(namedBy(target.host, options.namespace, world), { ...port, host: target.host, world })
  return isAddress(target.host) ? { ...found, aims: found.aims.filter((aim) => belongs(aim, target.host)) } : found
}

/** A literal stands for itself: what else its pod or Service has, of the other family above all, was not asked for. */
function belongs({ kind, socket }: AddressAim, literal: string): boolean {
  return kind === 'pod' || kind === 'external' ? socket.family === familyOf(literal) : socket.address === literal
}

function protocolOf(target: ReachedTarget): Protocol {
  if (target.kind === 'pods' || target.kind === 'nodePort') return target.speech.protocol === 'udp' ? 'UDP' : 'TCP'
  return target.kind === 'udp' ? 'UDP' : 'TCP'
}

/** The port and protocol that a target is asked for at. */
export function portOf(target: ReachedTarget): Port {
  return { port: target.port, protocol: protocolOf(target) }
}

/** The addresses of what a host leads to. */
export function namedAims(named: Named, { port, protocol, host, world }: Port & { host: string; world: World }): Aims {
  switch (named.kind) {
    case 'service':
      return serviceAims(named, { port, protocol }, world)
    case 'pods':
      return { aims: named.pods.flatMap((pod) => podAims(pod, { port, protocol })) }
    case 'node':
      return { aims: nodeAims(named.node, named.address, { port, protocol }, world) }
    case 'external': {
      if (isAddress(named.host))
        return { aims: [{ kind: 'external', socket: socketAt(named.host, { port, protocol }) }] }
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
  const none =
    set.by === 'workload' ? `${set.namespace}/${set.workload} has no pod` : 'no pod is selected by the target'
  return { aims: [], gap: { cause: 'target_gone', sentence: none } }
}

function podAims(pod: Pod, port: Port): AddressAim[] {
  return pod.addresses.map((address) => ({ kind: 'pod', pod, socket: socketAt(address, port), ready: pod.ready }))
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':')
}
