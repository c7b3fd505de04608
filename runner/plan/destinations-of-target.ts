import type { Family } from '../../checks/vantage.ts'
import { listenerAt } from '../../fabric/listeners.ts'
import { type HostLookup, lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import { type Missing, missingText, missingWorkload } from '../../fabric/lookup/missing.ts'
import { podsOfWorkload } from '../../fabric/workloads.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { Protocol } from '../../policy/types.ts'
import type { PodSet, ReachedTarget } from '../scenario/model.ts'
import { fromOutside, nodeDestinations, nodePortDestinations } from './node-destinations.ts'
import { type AddressDestination, familyOf, type Port, socketAt } from './planned-check.ts'
import { serviceDestinations } from './service-destinations.ts'
import { withUnread } from './unreadable-target.ts'
import type { TargetDestinations, UnresolvedTarget } from './unresolved-target.ts'

export interface DestinationOptions {
  readonly world: World
  /** The source's namespace. Short names resolve in it. */
  readonly namespace: string | undefined
  /** Whether the source is outside the cluster. A node handles such traffic differently (`externalTrafficPolicy: Local`). */
  readonly outside?: boolean
  /** Families to keep; all if absent. */
  readonly families?: readonly Family[]
}

/** Every address of a target: virtual addresses first, then each endpoint, including those that are not ready. */
export function destinationsOf(target: ReachedTarget, options: DestinationOptions): TargetDestinations {
  const { namespace, world } = options
  const all = withUnread(allDestinations(target, options), target, namespace, world)
  const { destinations, unresolvedTarget } = options.outside === true ? fromOutside(all) : all
  const kept = destinations.filter(({ socket }) => options.families?.includes(socket.family) ?? true)
  if (kept.length > 0 || unresolvedTarget !== undefined || destinations.length === 0)
    return { destinations: kept, unresolvedTarget }
  const sentence = `${target.name} has no address of the asked family (IPv${options.families?.join(', IPv')})`
  return { destinations: kept, unresolvedTarget: { cause: 'no_endpoints', sentence } }
}

function allDestinations(target: ReachedTarget, options: DestinationOptions): TargetDestinations {
  const { world } = options
  if (target.kind === 'pods')
    return podSetDestinations(target.pods, { port: target.port, protocol: protocolOf(target) }, world)
  if (target.kind === 'nodePort') return nodePortDestinations(target.node, portOf(target), world)
  const port = { port: target.port, protocol: protocolOf(target) }
  const found = namedDestinations(lookUpHost(target.host, options.namespace, world), {
    ...port,
    host: target.host,
    world,
  })
  return isAddress(target.host)
    ? { ...found, destinations: found.destinations.filter((destination) => belongs(destination, target.host)) }
    : found
}

/** A literal address means that address only, not the other addresses of its pod or Service. */
function belongs({ kind, socket }: AddressDestination, literal: string): boolean {
  return kind === 'pod' || kind === 'external' ? socket.family === familyOf(literal) : socket.address === literal
}

function protocolOf(target: ReachedTarget): Protocol {
  if (target.kind === 'pods' || target.kind === 'nodePort') return target.speech.protocol === 'udp' ? 'UDP' : 'TCP'
  return target.kind === 'udp' ? 'UDP' : 'TCP'
}

/** The port and protocol of a target. */
export function portOf(target: ReachedTarget): Port {
  return { port: target.port, protocol: protocolOf(target) }
}

/** The addresses of a host that was looked up. */
export function namedDestinations(
  named: HostLookup,
  { port, protocol, host, world }: Port & { host: string; world: World },
): TargetDestinations {
  switch (named.kind) {
    case 'service':
      return serviceDestinations(named, { port, protocol }, world)
    case 'pods':
      return { destinations: named.pods.flatMap((pod) => podDestinations(pod, { port, protocol }, world)) }
    case 'node':
      return { destinations: nodeDestinations(named.node, named.address, { port, protocol }, world) }
    case 'external': {
      if (isAddress(named.host))
        return { destinations: [{ kind: 'external', socket: socketAt(named.host, { port, protocol }) }] }
      const own = (world.externalHosts ?? []).filter(({ name }) => name === named.host)
      const destinations = own.map(({ address, chosen }): AddressDestination => {
        const socket = socketAt(address, { port, protocol })
        return chosen ? { kind: 'external', socket, host: named.host } : { kind: 'external', socket }
      })
      if (own.some(({ chosen }) => chosen !== true)) return { destinations }
      return {
        destinations,
        unresolvedTarget: {
          cause: 'external_name',
          sentence: `${named.host} is outside the cluster, and its address is not known here`,
        },
      }
    }
    case 'nothing':
      return { destinations: [], unresolvedTarget: unknownHost(host, named.missing) }
    default:
      return named satisfies never
  }
}

/** Why a cluster name resolves to no address. */
export function unknownHost(host: string, missing: Missing): UnresolvedTarget {
  const { unsure } = missing
  if (unsure !== undefined)
    return { cause: 'no_such_name', sentence: `whether ${host} exists is not known: ${unsure}`, hidden: true }
  return { cause: 'no_such_name', sentence: `${host} is an unknown host: ${missingText(missing)}` }
}

function podSetDestinations(set: PodSet, port: Port, world: World): TargetDestinations {
  const pods =
    set.by === 'workload'
      ? podsOfWorkload(set.namespace, set.workload, world)
      : world.pods.filter(
          (pod) =>
            (set.namespace === undefined || pod.namespace === set.namespace) &&
            matchesSelector(set.selector, pod.labels),
        )
  if (pods.length > 0) return { destinations: pods.flatMap((pod) => podDestinations(pod, port, world)) }
  return { destinations: [], unresolvedTarget: noPod(set, world) }
}

function noPod(set: PodSet, world: World): UnresolvedTarget {
  if (set.by === 'labels') return { cause: 'target_gone', sentence: 'no pod is selected by the target' }
  const [kind = '', name = ''] = set.workload.split('/')
  const missing = missingWorkload({ namespace: set.namespace, kind, name }, world)
  if (missing.unsure === undefined) return { cause: 'target_gone', sentence: missingText(missing) }
  return { cause: 'target_gone', sentence: `${missing.sentence}: ${missing.unsure}`, hidden: true }
}

function podDestinations(pod: Pod, port: Port, world: World): AddressDestination[] {
  const listener = listenerAt(pod, port, world)
  return pod.addresses.map((address) => ({
    kind: 'pod',
    pod,
    listener,
    socket: socketAt(address, port),
    ready: pod.ready,
  }))
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':')
}
