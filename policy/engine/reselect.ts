import { matchesSelector } from '../selector.ts'
import type { Direction, LabelSelector } from '../types.ts'
import { type Candidate, changePolicy } from './candidate.ts'
import { correctedSelector } from './corrections.ts'
import type { CompiledPolicy } from './rules.ts'
import type { Actor, PodActor, Space } from './subjects.ts'

/** A NetworkPolicy that selects no pod, with a podSelector corrected to select the pod that it almost matches. */
export interface Reselected {
  readonly policy: CompiledPolicy
  readonly selector: LabelSelector
}

/** Returns the policies of a pod's namespace that select nothing but almost match this pod. */
export function reselected({ space, labels }: PodActor): Reselected[] {
  return idlePolicies(space).flatMap((policy) => {
    const selector = correctedSelector(policy.pods.selector, labels.labels, [])
    return selector === undefined ? [] : [{ policy, selector }]
  })
}

/** Returns the same as candidate changes of these policies. */
export function reselections(end: PodActor, direction: Direction, called: (actor: Actor) => string): Candidate[] {
  return reselected(end).flatMap(({ policy: { source, isolates }, selector }) => {
    if (source.kind !== 'NetworkPolicy' || !isolates[direction]) return []
    const { policy } = source
    const name = `${policy.namespace}/${policy.name}`
    const what = `correct the podSelector of ${name}, which selects no pod, so that it selects ${called(end)}`
    return [changePolicy(policy, { ...policy, podSelector: selector }, what, { size: 1, corrects: true })]
  })
}

const idle = new WeakMap<Space, readonly CompiledPolicy[]>()

function idlePolicies(space: Space): readonly CompiledPolicy[] {
  const known = idle.get(space) ?? findIdle(space)
  idle.set(space, known)
  return known
}

function findIdle({ pods, unlabelled, byLabel }: Space): CompiledPolicy[] {
  const sets = [...new Set(pods.map(({ labels }) => labels.labels))]
  const policies = [...unlabelled, ...[...byLabel.values()].flat()]
  return policies.filter(({ pods: { selector } }) => !sets.some((labels) => matchesSelector(selector, labels)))
}
