import { matchesExpression } from '../selector.ts'
import type { LabelExpression, LabelSelector, Labels, PolicyPeer } from '../types.ts'
import type { Edit } from './edits.ts'
import { nameLabel } from './match.ts'
import type { FailedCondition } from './prediction.ts'
import type { Actor } from './subjects.ts'

interface Missed {
  readonly remote: Actor
  /** Its name in sentences. */
  readonly called: string
  /** The rule, in words. */
  readonly named: string
}

/**
 * Returns label changes that make a peer match the other end, when labels are the only failed condition. Pods with the same labels change
 * together.
 */
export function labelEdits(
  peer: PolicyPeer,
  failed: readonly FailedCondition[],
  { remote, called, named }: Missed,
): Edit[] {
  const onLabels = failed.length > 0 && failed.every(({ on }) => on === 'pod label' || on === 'namespace label')
  if (!onLabels || remote.kind !== 'pod' || !remote.space.labelsKnown) return []
  const ofPods = changesFor(peer.podSelector, remote.labels.labels)
  const ofSpace = changesFor(peer.namespaceSelector, remote.space.labels.labels)
  if (ofPods === undefined || ofSpace === undefined || Object.hasOwn(ofSpace, nameLabel)) return []
  const alike = remote.space.pods.filter(({ labels }) => labels === remote.labels)
  const names = alike.map(({ pod }) => pod.name)
  if (!names.includes(remote.pod.name)) return []
  const namespace = remote.space.name
  const [podWhat, spaceWhat] = [
    `label ${called} ${inWords(ofPods)}`,
    `label namespace ${namespace} ${inWords(ofSpace)}`,
  ]
  const reason = `, which ${named} asks for`
  const pods: Edit = { kind: 'label pods', namespace, names, labels: ofPods, what: podWhat + reason }
  const space: Edit = { kind: 'label namespace', namespace, labels: ofSpace, what: spaceWhat + reason }
  return [...(isEmpty(ofPods) ? [] : [pods]), ...(isEmpty(ofSpace) ? [] : [space])]
}

type Changes = Readonly<Record<string, string | undefined>>

/** The label changes that make a selector match. Undefined if its requirements contradict each other. */
function changesFor(selector: LabelSelector | undefined, labels: Labels): Changes | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {}
  const equal = Object.entries(matchLabels).map(
    ([key, value]): LabelExpression => ({ key, operator: 'In', values: [value] }),
  )
  const all = [...equal, ...matchExpressions]
  const changes: Record<string, string | undefined> = {}
  for (const expression of all) {
    if (matchesExpression(expression, { ...labels })) continue
    const { key, operator, values = [] } = expression
    changes[key] = operator === 'In' ? values[0] : operator === 'Exists' ? 'true' : undefined
  }
  const changed = Object.fromEntries(
    Object.entries({ ...labels, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  return all.every((expression) => matchesExpression(expression, changed)) ? changes : undefined
}

function inWords(changes: Changes): string {
  return Object.entries(changes)
    .map(([key, value]) => (value === undefined ? `without ${key}` : `${key}=${value}`))
    .join(', ')
}

function isEmpty(changes: Changes): boolean {
  return Object.keys(changes).length === 0
}
