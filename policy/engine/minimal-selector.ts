import { matchesSelector } from '../selector.ts'
import type { IpBlock, LabelSelector, PolicyPeer, PolicyPort } from '../types.ts'
import { nameLabel } from './match.ts'
import type { Socket } from './query.ts'
import type { Actor, End, PodActor } from './subjects.ts'

/** Labels that a controller or a tool sets and changes with every rollout. A policy must not use them. */
const passing =
  /^(pod-template-hash|pod-template-generation|controller-revision-hash|controller-uid|job-name|helm\.sh\/chart|app\.kubernetes\.io\/(version|managed-by)|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/.*|version|chart|heritage|release)$/

/** Common labels for the name of a workload, in order of preference. */
const usual = [
  'app.kubernetes.io/name',
  'app',
  'k8s-app',
  'app.kubernetes.io/component',
  'component',
  'name',
  'run',
  'tier',
]

/**
 * Returns the fewest labels that select these pods and no other pod of the namespace. If other pods have the same labels, returns all
 * stable labels.
 */
export function selectorOf({ labels: set, space }: PodActor): LabelSelector {
  const own = set.labels
  const neighbours = space.pods.filter(({ pod, labels: others }) => others !== set && !pod.hostNetwork)
  const others = [...new Set(neighbours.map(({ labels: each }) => each.labels))]
  const lasting = Object.entries(own).filter(([key]) => !passing.test(key))
  const labels = lasting.toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const distinct = (chosen: readonly (readonly [string, string])[]) =>
    !others.some((other) => matchesSelector({ matchLabels: Object.fromEntries(chosen) }, other))
  const single = labels.find((label) => distinct([label]))
  if (single !== undefined) return { matchLabels: Object.fromEntries([single]) }
  for (const [at, first] of labels.entries())
    for (const second of labels.slice(at + 1))
      if (distinct([first, second])) return { matchLabels: Object.fromEntries([first, second]) }
  return labels.length === 0 ? {} : { matchLabels: Object.fromEntries(labels) }
}

function rank(key: string): number {
  const at = usual.indexOf(key)
  return at < 0 ? usual.length : at
}

/** Returns a peer that matches the other end and as little else as possible, for a policy in the given namespace. */
export function peerOf({ actor, at }: End, namespace: string): PolicyPeer {
  if (actor.kind !== 'pod') return { ipBlock: blockOf(at.text) }
  const selector = selectorOf(actor)
  const podSelector = Object.keys(selector).length === 0 ? {} : { podSelector: selector }
  if (actor.space.name === namespace) return { podSelector: selector }
  return { namespaceSelector: { matchLabels: { [nameLabel]: actor.space.name } }, ...podSelector }
}

export function blockOf(address: string): IpBlock {
  return { cidr: `${address}/${address.includes(':') ? 128 : 32}` }
}

/** Returns a port item with an explicit protocol, even for TCP, because readers do not rely on the default. */
export function portItem({ port, protocol }: Socket): PolicyPort {
  return { protocol, port }
}

/** Returns a word for an end that is valid in the name of a policy. */
export function wordOf(actor: Actor): string {
  if (actor.kind === 'external') return actor.hostname ?? 'outside'
  if (actor.kind === 'host') return actor.pod === undefined ? `node-${actor.node.name}` : wordOf(actor.pod)
  const values = Object.values(selectorOf(actor).matchLabels ?? {})
  return values[0] ?? actor.space.name
}
