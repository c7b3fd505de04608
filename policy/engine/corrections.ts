import { matchesExpression, matchesSelector } from '../selector.ts'
import { suggest } from '../suggest.ts'
import type {
  Direction,
  LabelExpression,
  LabelSelector,
  Labels,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
  Protocol,
} from '../types.ts'
import type { Compiled } from './compiled.ts'
import { nameLabel } from './match.ts'
import { peerOf } from './minimal-selector.ts'
import type { Socket } from './query.ts'
import type { End, PodActor, Space } from './subjects.ts'
import type { PolicyPod } from './world.ts'

/** Returns the ports on which a pod is assumed to listen. */
export type Listening = (pod: PolicyPod) => readonly Socket[]

/**
 * If the selector almost matches a pod and matches no pod at all, returns it with the labels of that pod. Undefined if it is not certainly
 * wrong.
 */
export function correctedSelector(
  selector: LabelSelector,
  labels: Labels,
  others: Iterable<Labels>,
): LabelSelector | undefined {
  if ([...others].some((each) => matchesSelector(selector, each))) return undefined
  const failed = requirementsOf(selector).filter((requirement) => !matchesExpression(requirement, labels))
  const isNear = failed.length > 0 && failed.every((requirement) => comesNear(requirement, selector, labels))
  return isNear ? withValues(selector, failed, labels) : undefined
}

/** If a peer matches nothing in the world, returns it with the changes that make it match the other end. */
export function correctedPeer(peer: PolicyPeer, { actor, at }: End, where: Where): PolicyPeer | undefined {
  const { compiled, namespace } = where
  const { podSelector, namespaceSelector, ipBlock } = peer
  if (actor.kind !== 'pod') return undefined
  if (ipBlock !== undefined) return isClusterIp(ipBlock.cidr, compiled) ? peerOf({ actor, at }, namespace) : undefined
  const spaces = [...compiled.spaces.values()]
  const matched =
    namespaceSelector === undefined
      ? spaces.filter(({ name }) => name === namespace)
      : spaces.filter(({ labels }) => matchesSelector(namespaceSelector, labels.labels))
  if (namespaceSelector !== undefined && matched.length === 0) {
    const space = correctedSpace(namespaceSelector, actor.space, spaces)
    if (space === undefined) return undefined
    return podSelector === undefined || matchesSelector(podSelector, actor.labels.labels)
      ? { ...peer, namespaceSelector: space }
      : undefined
  }
  if (podSelector === undefined || !matched.includes(actor.space)) return undefined
  const labels = matched.flatMap(({ pods }) => pods.map((pod) => pod.labels.labels))
  const corrected = correctedSelector(podSelector, actor.labels.labels, labels)
  return corrected && { ...peer, podSelector: corrected }
}

interface Where {
  readonly compiled: Compiled
  /** The namespace of the policy. */
  readonly namespace: string
}

/** If a namespaceSelector matches no namespace, returns it with the labels of the namespace that it almost matches. */
function correctedSpace(selector: LabelSelector, space: Space, spaces: readonly Space[]): LabelSelector | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector
  const [only, ...others] = Object.entries(matchLabels)
  // The selector names the namespace by a label that the namespace does not have.
  if (only?.[1] === space.name && others.length + matchExpressions.length === 0)
    return { matchLabels: { [nameLabel]: space.name } }
  if (!space.labelsKnown && keysOf(selector).some((key) => key !== nameLabel)) return undefined
  return correctedSelector(
    selector,
    space.labels.labels,
    spaces.map(({ labels }) => labels.labels),
  )
}

/** A port item that matches no port of the destination pods, with its replacement. Undefined if every item may match. */
export interface WrongPort {
  readonly at: number
  readonly sockets: readonly Socket[]
}

/**
 * Finds the wrong ports of a rule that does not allow `sockets`: items that stand for one of them, or use the same number with another
 * protocol.
 */
export function wrongPorts(rule: PolicyRule, sockets: readonly Socket[], about: About): WrongPort[] {
  const pods = destinationsOf(rule, about)
  if (pods === undefined || pods.length === 0) return []
  const lists = pods.map((pod) => ({ pod, ports: about.listening(pod) }))
  if (lists.some(({ ports }) => ports.length === 0)) return []
  const listens = (protocol: Protocol, first: number, last: number) =>
    lists.some(({ ports }) => ports.some((own) => own.protocol === protocol && own.port >= first && own.port <= last))
  const isUsed = ({ port, protocol = 'TCP', endPort }: PolicyPort) =>
    port === undefined ||
    (typeof port === 'string'
      ? pods.some((pod) => pod.ports.some((own) => own.name === port && own.protocol === protocol))
      : listens(protocol, port, endPort ?? port))
  const unused = rule.ports.flatMap((item, at) => (isUsed(item) ? [] : [{ item, at }]))
  const wrong = unused.find(({ item }) => isNearPort(item, sockets, about))
  if (wrong === undefined) return []
  const twins = unused.filter(({ item, at }) => at !== wrong.at && item.port === wrong.item.port)
  const [{ port }] = sockets as [Socket]
  return [
    { at: wrong.at, sockets },
    ...twins.flatMap(({ item: { protocol = 'TCP' }, at }) =>
      listens(protocol, port, port) ? [{ at, sockets: [{ port, protocol }] }] : [],
    ),
  ]
}

export interface About {
  readonly direction: Direction
  readonly policy: NetworkPolicy
  readonly compiled: Compiled
  readonly listening: Listening
}

/** The pods that the ports of a rule apply to. Undefined if some of them are unknown. */
function destinationsOf({ peers }: PolicyRule, { direction, policy, compiled }: About): PolicyPod[] | undefined {
  const own = compiled.spaces.get(policy.namespace)?.pods ?? []
  if (direction === 'ingress')
    return own.filter(({ labels }) => matchesSelector(policy.podSelector, labels.labels)).map(({ pod }) => pod)
  if (peers.length === 0 || peers.some(({ ipBlock }) => ipBlock !== undefined)) return undefined
  const isMeant = ({ space, labels }: PodActor) =>
    peers.some(({ podSelector = {}, namespaceSelector }) => {
      const inSpace =
        namespaceSelector === undefined
          ? space.name === policy.namespace
          : matchesSelector(namespaceSelector, space.labels.labels)
      return inSpace && matchesSelector(podSelector, labels.labels)
    })
  return [...compiled.pods.values()].filter(isMeant).map(({ pod }) => pod)
}

/**
 * Whether an item uses the same number with another protocol, the port of a Service instead of the pod's port, or a name that no pod
 * declares.
 */
function isNearPort({ port, protocol = 'TCP' }: PolicyPort, sockets: readonly Socket[], { compiled }: About): boolean {
  return sockets.some((socket) => {
    if (port === socket.port) return protocol !== socket.protocol
    return protocol === socket.protocol && (typeof port === 'string' || isServicePort(port, socket, compiled))
  })
}

function isServicePort(port: number | undefined, socket: Socket, { world }: Compiled): boolean {
  const leads = (target: number | string) => target === socket.port || typeof target === 'string'
  return (world.services ?? []).some(({ ports = [] }) =>
    ports.some((each) => each.port === port && leads(each.targetPort)),
  )
}

function isClusterIp(cidr: string, { world }: Compiled): boolean {
  const [address, bits] = cidr.split('/')
  if (address === undefined || bits !== (address.includes(':') ? '128' : '32')) return false
  return (world.services ?? []).some(({ clusterIPs }) => clusterIPs.includes(address))
}

function requirementsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): LabelExpression[] {
  const equal = Object.entries(matchLabels).map(
    ([key, value]): LabelExpression => ({ key, operator: 'In', values: [value] }),
  )
  return [...equal, ...matchExpressions]
}

function keysOf(selector: LabelSelector): string[] {
  return requirementsOf(selector).map(({ key }) => key)
}

/** Whether the expected value resembles the actual one: other labels match, one is a prefix of the other, or only a few letters differ. */
function comesNear({ key, operator, values = [] }: LabelExpression, selector: LabelSelector, labels: Labels): boolean {
  const own = Object.hasOwn(labels, key) ? labels[key] : undefined
  if (operator !== 'In' || own === undefined) return false
  const others = requirementsOf(selector).filter((each) => each.key !== key)
  if (others.some((each) => each.operator === 'In' && matchesExpression(each, labels))) return true
  return values.some(
    (value) => own.startsWith(`${value}-`) || value.startsWith(`${own}-`) || suggest(value, [own]) !== undefined,
  )
}

function withValues(selector: LabelSelector, failed: readonly LabelExpression[], labels: Labels): LabelSelector {
  const wrong = new Set(failed.map(({ key }) => key))
  const { matchLabels, matchExpressions } = selector
  const equal = Object.entries(matchLabels ?? {}).map(([key, value]) => [key, wrong.has(key) ? labels[key] : value])
  const expressions = matchExpressions?.map((each) =>
    wrong.has(each.key) && each.operator === 'In' ? { ...each, values: [labels[each.key] ?? ''] } : each,
  )
  return {
    ...(matchLabels === undefined ? {} : { matchLabels: Object.fromEntries(equal) as Labels }),
    ...(expressions === undefined ? {} : { matchExpressions: expressions }),
  }
}
