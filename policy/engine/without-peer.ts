import { parseCidr } from '../cidr.ts'
import { matchesSelector } from '../selector.ts'
import type { LabelExpression, LabelSelector, PolicyPeer } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { nameLabel } from './match.ts'
import { blockOf, selectorOf } from './minimal-selector.ts'
import type { End, PodActor } from './subjects.ts'

interface Where {
  readonly remote: End
  /** The namespace of the policy. */
  readonly namespace: string
  readonly compiled: Compiled
}

/**
 * Returns peers that match the same as the given ones except for the other end. Peers that would then match no pod of the world are
 * omitted.
 */
export function peersWithout(
  peers: readonly PolicyPeer[],
  meant: (peer: PolicyPeer) => boolean,
  where: Where,
): PolicyPeer[] {
  const { remote, compiled, namespace } = where
  const all = peers.length > 0 ? peers : anybody(remote)
  const isMeant = peers.length > 0 ? meant : (peer: PolicyPeer) => meansEnd(peer, remote)
  return all.flatMap((peer) => {
    if (!isMeant(peer)) return [peer]
    if (peer.ipBlock !== undefined) return blockWithout(peer, where)
    if (remote.actor.kind !== 'pod') return [peer]
    return podsWithout(peer, remote.actor).filter((each) => meansSomebody(each, namespace, compiled))
  })
}

/**
 * Rule 14's "every peer", as a list of peers. An ipBlock would also match pods (rule 31), so it is used only if the peer is not a pod. Pods
 * are excluded by labels.
 */
function anybody({ actor, at }: End): PolicyPeer[] {
  const pods: PolicyPeer = { namespaceSelector: {} }
  if (actor.kind === 'pod') return [pods]
  const blocks = [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }]
  return at.family === 4 ? [pods, ...blocks] : [pods, ...blocks.toReversed()]
}

function meansEnd({ ipBlock }: PolicyPeer, { actor, at }: End): boolean {
  if (ipBlock === undefined) return actor.kind === 'pod'
  return actor.kind !== 'pod' && ipBlock.cidr.includes(':') === (at.family === 6)
}

function blockWithout({ ipBlock }: PolicyPeer, { remote }: Where): PolicyPeer[] {
  if (ipBlock === undefined) return []
  const addresses = remote.actor.kind === 'pod' ? alike(remote.actor) : [remote.at.text]
  const own = addresses.map((address) => blockOf(address).cidr).filter((cidr) => isInside(cidr, ipBlock.cidr))
  const whole = own.some((cidr) => parseCidr(cidr)?.cidr?.text === parseCidr(ipBlock.cidr)?.cidr?.text)
  return whole ? [] : [{ ipBlock: { ...ipBlock, except: [...new Set([...(ipBlock.except ?? []), ...own])] } }]
}

/** The addresses of all pods with the same labels. */
function alike({ space, labels }: PodActor): string[] {
  const pods = space.pods.filter((each) => each.labels === labels)
  return pods.flatMap(({ addresses }) => addresses.map(({ text }) => text))
}

function isInside(inner: string, outer: string): boolean {
  const [a, b] = [parseCidr(inner)?.cidr, parseCidr(outer)?.cidr]
  if (a === undefined || b === undefined || a.family !== b.family || a.bits < b.bits) return false
  const whole = b.bits >> 3
  const rest = b.bits & 7
  const mask = 0xff & (0xff << (8 - rest))
  if (a.bytes.slice(0, whole).some((byte, at) => byte !== b.bytes[at])) return false
  return rest === 0 || ((a.bytes[whole] ?? 0) & mask) === ((b.bytes[whole] ?? 0) & mask)
}

/** Not (a and b) becomes one peer without a and one without b. */
function podsWithout({ podSelector = {}, namespaceSelector }: PolicyPeer, actor: PodActor): PolicyPeer[] {
  const named = Object.entries(selectorOf(actor).matchLabels ?? {})
  const others = named.map(([key, value]) => also(podSelector, { key, operator: 'NotIn', values: [value] }))
  if (namespaceSelector === undefined) return others.map((selector) => ({ podSelector: selector }))
  const name = actor.space.name
  const isNamed = namespaceSelector.matchLabels?.[nameLabel] === name
  const here = isNamed ? namespaceSelector : also(namespaceSelector, { key: nameLabel, operator: 'In', values: [name] })
  const elsewhere = also(namespaceSelector, { key: nameLabel, operator: 'NotIn', values: [name] })
  const pods = Object.keys(podSelector).length === 0 ? {} : { podSelector }
  return [
    ...(isNamed ? [] : [{ namespaceSelector: elsewhere, ...pods }]),
    ...others.map((selector) => ({ namespaceSelector: here, podSelector: selector })),
  ]
}

function also(selector: LabelSelector, expression: LabelExpression): LabelSelector {
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), expression] }
}

function meansSomebody(
  { podSelector = {}, namespaceSelector }: PolicyPeer,
  namespace: string,
  { spaces }: Compiled,
): boolean {
  return [...spaces.values()].some((space) => {
    const isMeant =
      namespaceSelector === undefined
        ? space.name === namespace
        : !space.labelsKnown || matchesSelector(namespaceSelector, space.labels.labels)
    return isMeant && space.pods.some(({ labels }) => matchesSelector(podSelector, labels.labels))
  })
}
