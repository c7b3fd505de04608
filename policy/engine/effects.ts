import { matchesSelector } from '../selector.ts'
import type { Direction, LabelSelector, NetworkPolicy, PolicyRule } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { differencesAfterEdits, type Extent, type PathChange, type SortedChanges, sortChanges } from './difference.ts'
import type { Edit } from './edits.ts'
import { governing } from './governing.ts'
import { blockOf, selectorOf } from './minimal-selector.ts'
import type { Path } from './path.ts'
import type { DifferenceOptions } from './pod-groups.ts'
import { type PortRange, portRanges, rangesOf } from './port-ranges.ts'
import { anyEnd, networkText, type PossibleEnd, possiblePeers, possiblePods } from './possible-ends.ts'
import type { Edited } from './recompile.ts'
import type { PolicyPod } from './world.ts'

/** All effects of edits other than on the queried paths, over every port and over pods that need not exist. */
export type Effects = SortedChanges

/** Finds the effects of edits on one world. Replicas of either end of a queried path count as that path. */
export function effectsIn(
  compiled: Compiled,
  paths: readonly Path[],
  options: DifferenceOptions,
): (edits: readonly Edit[], edited: Edited) => Effects {
  const changesBy = differencesAfterEdits(compiled, { ...options, sockets: () => [] })
  return (edits, edited) => {
    const { ranges, possible } = extentOf(edits, compiled, paths)
    const ends = possible.filter((end) => end.kind !== 'address' || end.address !== options.outside)
    const changes = [...changesBy(edited, { ranges, possible: ends })]
    const others = changes.filter((change) => !paths.some((path) => isPath(change, path, options)))
    return sortChanges(others)
  }
}

/** Returns the number of connections that change. Each port counts separately. */
export function sizeOf({ opens, closes, unclear }: Effects): number {
  return [...opens, ...closes, ...unclear].reduce((sum, { port, last = port }) => sum + last - port + 1, 0)
}

/** The part of the active rules that differs: every port and every end that these rules may match. */
function extentOf(edits: readonly Edit[], compiled: Compiled, paths: readonly Path[]): Extent {
  const policies = [...compiled.world.policies, ...edits.flatMap(policiesOf)]
  const ranges = portRanges(policies, compiled, paths)
  const parts = edits.map((edit) => extentOfEdit(edit, compiled, ranges))
  const ends = parts.flatMap(({ possible }) => possible)
  const reached = new Set(parts.flatMap((part) => part.ranges))
  return {
    ranges: ranges.filter((range) => reached.has(range)),
    possible: [...new Map(ends.map((end) => [end.label, end])).values()],
  }
}

function policiesOf(edit: Edit): NetworkPolicy[] {
  return edit.kind === 'change policy' ? [edit.after] : edit.kind === 'add policy' ? [edit.policy] : []
}

function extentOfEdit(edit: Edit, compiled: Compiled, ranges: readonly PortRange[]): Extent {
  switch (edit.kind) {
    case 'change policy': {
      const { before, after } = edit
      const selects = [before, after].flatMap((each) => possiblePods(each.podSelector, each.namespace, compiled))
      const whole = !isSame([before.podSelector, before.policyTypes], [after.podSelector, after.policyTypes])
      const rules = whole ? [before, after].flatMap(rulesOf) : changedRules(before, after)
      const possible = [...selects, ...endsOfRules(rules, after.namespace, compiled)]
      return {
        ranges: whole ? ranges : rangesOf(rules, ranges),
        possible: whole ? [...possible, ...anyEnd(compiled)] : possible,
      }
    }
    case 'add policy': {
      const { policy } = edit
      const ends = [
        ...possiblePods(policy.podSelector, policy.namespace, compiled),
        ...endsOfRules(rulesOf(policy), policy.namespace, compiled),
      ]
      if (!isolates(policy, compiled)) return { ranges: rangesOf(rulesOf(policy), ranges), possible: ends }
      return { ranges, possible: [...ends, ...anyEnd(compiled)] }
    }
    case 'label pods':
      return { ranges, possible: anyEnd(compiled) }
    case 'label namespace': {
      const keys = new Set(Object.keys(edit.labels))
      const isAbout = (selector: LabelSelector | undefined) => keysOf(selector).some((key) => keys.has(key))
      const named = compiled.world.policies.map((policy) => ({
        policy,
        rules: rulesOf(policy).filter(({ peers }) => peers.some((peer) => isAbout(peer.namespaceSelector))),
      }))
      const rules = named.flatMap((each) => each.rules)
      const selected = named.flatMap(({ policy, rules: own }) =>
        own.length === 0 ? [] : possiblePods(policy.podSelector, policy.namespace, compiled),
      )
      const peers = rules.flatMap((rule) => rule.peers).filter((peer) => isAbout(peer.namespaceSelector))
      const possible = peers.flatMap(({ podSelector = {} }) => possiblePods(podSelector, edit.namespace, compiled))
      return { ranges: rangesOf(rules, ranges), possible: [...possible, ...selected] }
    }
    default:
      return edit satisfies never
  }
}

function rulesOf({ ingress, egress }: NetworkPolicy): PolicyRule[] {
  return [...ingress, ...egress]
}

function changedRules(before: NetworkPolicy, after: NetworkPolicy): PolicyRule[] {
  const directions = ['ingress', 'egress'] as const satisfies readonly Direction[]
  return directions.flatMap((direction) => {
    const only = (these: readonly PolicyRule[], others: readonly PolicyRule[]) =>
      these.filter((rule) => !others.some((other) => isSame(rule, other)))
    return [...only(before[direction], after[direction]), ...only(after[direction], before[direction])]
  })
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function endsOfRules(rules: readonly PolicyRule[], namespace: string, compiled: Compiled): PossibleEnd[] {
  return rules.flatMap(({ peers }) =>
    peers.length === 0 ? anyEnd(compiled) : peers.flatMap((peer) => possiblePeers(peer, namespace, compiled)),
  )
}

function keysOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): string[] {
  return [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)]
}

/** Whether an added policy isolates a pod that no policy isolates yet. */
function isolates({ namespace, podSelector, policyTypes }: NetworkPolicy, compiled: Compiled): boolean {
  const pods = compiled.spaces.get(namespace)?.pods ?? []
  const selected = pods.filter(({ labels }) => matchesSelector(podSelector, labels.labels))
  return selected.some((pod) => policyTypes.some((type) => !governing(pod, compiled).isolated[type]))
}

function isPath(change: PathChange, path: Path, options: DifferenceOptions): boolean {
  const { from, to, port, protocol } = change
  if (port !== path.port || protocol !== path.protocol) return false
  return isEnd(from, path.from.actor, options) && isEnd(to, path.to.actor, options)
}

/** Whether a group is the end itself, another pod of its workload, or a possible pod with the labels that a fix would use for it. */
function isEnd(
  { names, pod, label }: PathChange['from'],
  actor: Path['from']['actor'],
  { fold }: DifferenceOptions,
): boolean {
  if (actor.kind === 'external')
    return names.includes(actor.address.text) || label === networkText(blockOf(actor.address.text).cidr)
  const own = actor.kind === 'pod' ? actor : actor.pod
  if (own === undefined || pod === undefined || pod.namespace !== own.pod.namespace) return false
  if (label !== undefined) return matchesSelector(selectorOf(own), pod.labels)
  return names.includes(nameOf(own.pod)) || (fold !== undefined && fold(pod) === fold(own.pod))
}

function nameOf({ namespace, name }: PolicyPod): string {
  return `${namespace}/${name}`
}
