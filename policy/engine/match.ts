import { matchesSelector } from '../selector.ts'
import type { LabelSelector, Protocol } from '../types.ts'
import { type Assumptions, choiceBits, isFlipped } from './implementation-choices.ts'
import type { CompiledPeer, CompiledPort, CompiledRule } from './rules.ts'
import { type Labelling, type Selector, selects } from './selectors.ts'
import type { Actor, End, PodActor, Space } from './subjects.ts'

export const nameLabel = 'kubernetes.io/metadata.name'

/** Input for the rules of one side: the other end of the connection, and its destination. */
export interface Traffic {
  readonly remote: End
  /** The destination. Its named ports apply in both directions (docs/semantics.md, rule 41). */
  readonly target: Actor
  readonly port: number
  readonly protocol: Protocol
}

/** What matching needs in addition to the rule and the traffic. */
export interface Context {
  readonly labelling: Labelling
  readonly assumptions: Assumptions
}

/** Rule 15: one of the peers and one of the ports must match. Rule 14: an empty list restricts nothing. */
export function matchesRule(rule: CompiledRule, traffic: Traffic, context: Context): boolean {
  return (
    (rule.ports.length === 0 || rule.ports.some((port) => matchesPort(port, traffic, context))) &&
    (rule.peers.length === 0 ||
      rule.peers.some(
        (peer) => matchesPeer(peer, traffic.remote, context) && hasPortFor(peer, rule, { traffic, context }),
      ))
  )
}

/** Rule 43: a named port never matches toward an ipBlock, even if a pod has the address. */
function hasPortFor(
  peer: CompiledPeer,
  { ports }: CompiledRule,
  { traffic, context }: { readonly traffic: Traffic; readonly context: Context },
): boolean {
  const isToward = peer.kind === 'networks' && traffic.target === traffic.remote.actor
  if (!isToward || ports.every(({ name }) => name === undefined)) return true
  return ports.some((port) => port.name === undefined && matchesPort(port, traffic, context))
}

/** Whether one peer matches the other end of the connection. */
export function matchesPeer(peer: CompiledPeer, remote: End, context: Context): boolean {
  const { actor, at } = remote
  switch (peer.kind) {
    case 'pods':
      if (actor.kind === 'pod') return matchesPod(peer, actor, context)
      if (actor.kind === 'external' || actor.pod === undefined) return false // rules 17, 18 and 22
      return matchesPod(peer, actor.pod, context) && isFlipped(context.assumptions, choiceBits[50])
    case 'networks': {
      if (!at.networks.has(peer.network) || peer.except.some((except) => at.networks.has(except))) return false // rule 30
      if (actor.kind !== 'pod' || peer.podsToo) return true
      const { assumptions } = context
      return assumptions.profile.ipBlockMatchesPods !== isFlipped(assumptions, choiceBits[31])
    }
    case 'nodes':
      return actor.kind === 'host' && selects(context.labelling, peer.nodes, actor.labels)
    case 'domainNames':
      return matchesName(peer.names, actor, context)
    default:
      return peer satisfies never
  }
}

/** Rule 19: both selectors of a peer must match. */
function matchesPod(peer: Extract<CompiledPeer, { kind: 'pods' }>, actor: PodActor, context: Context): boolean {
  if (peer.namespace !== undefined && peer.namespace !== actor.space.name) return false
  if (peer.pods !== undefined && !selects(context.labelling, peer.pods, actor.labels)) return false
  return peer.namespaces === undefined || matchesSpace(peer.namespaces, actor.space, context)
}

/** Rule 27: when only the name of a namespace is known, a selector by any other label may or may not match. */
export function matchesSpace(selector: Selector, space: Space, { labelling, assumptions }: Context): boolean {
  const matches = selects(labelling, selector, space.labels)
  if (space.labelsKnown || selector.everything) return matches
  const { byName, byOthers } = splitByName(selector.selector)
  if (!byOthers || !matchesSelector(byName, space.labels.labels)) return matches
  return matches !== isFlipped(assumptions, choiceBits[27])
}

function splitByName({ matchLabels = {}, matchExpressions = [] }: LabelSelector) {
  const named = Object.entries(matchLabels).filter(([key]) => key === nameLabel)
  const expressions = matchExpressions.filter(({ key }) => key === nameLabel)
  const byOthers = named.length < Object.keys(matchLabels).length || expressions.length < matchExpressions.length
  return { byName: { matchLabels: Object.fromEntries(named), matchExpressions: expressions }, byOthers }
}

/** An address with an unknown name may belong to any of the domains. Pods and nodes never match. */
function matchesName(names: readonly string[], actor: Actor, { assumptions }: Context): boolean {
  if (actor.kind !== 'external') return false
  const { hostname } = actor
  if (hostname === undefined) return isFlipped(assumptions, choiceBits.domainNames)
  return names.some((name) => isDomain(name, hostname))
}

function isDomain(pattern: string, hostname: string): boolean {
  const [wanted, asked] = [pattern, hostname].map((name) => name.toLowerCase().replace(/\.$/, '')) as [string, string]
  return wanted.startsWith('*.') ? asked.endsWith(wanted.slice(1)) && asked.length >= wanted.length : asked === wanted
}

/** Whether one port item matches the destination's port. */
export function matchesPort(item: CompiledPort, traffic: Traffic, context: Context): boolean {
  if (item.protocol !== undefined && item.protocol !== traffic.protocol) return false
  if (item.name !== undefined) return matchesNamedPort(item.name, traffic, context)
  if (traffic.port < item.first || traffic.port > item.last) return false
  if (!item.endPort || traffic.port === item.first) return true
  const { assumptions } = context
  return assumptions.profile.endPort !== isFlipped(assumptions, choiceBits[40])
}

/** Rules 41 to 45: matches by name and protocol on the destination pod. A destination that is not a pod has no named ports. */
function matchesNamedPort(name: string, { target, port, protocol }: Traffic, { assumptions }: Context): boolean {
  const pod = target.kind === 'pod' ? target.pod : target.kind === 'host' ? hostPod(target.pod, assumptions) : undefined
  if (pod === undefined) return false
  const declared = pod.ports.filter((each) => each.name === name && each.protocol === protocol)
  const fitting = declared.filter((each) => each.port === port)
  if (fitting.length === 0) return false
  if (declared.some((each) => each.port !== port) && isFlipped(assumptions, choiceBits[44])) return false
  return fitting.some((each) => each.sidecar !== true) || !isFlipped(assumptions, choiceBits[45])
}

function hostPod(pod: PodActor | undefined, assumptions: Assumptions) {
  return pod !== undefined && isFlipped(assumptions, choiceBits[50]) ? pod.pod : undefined
}
