import { items, text } from '../../policy/decode.ts'
import { type Field, field } from '../../policy/field.ts'
import { parseLabels } from '../../policy/parse-selector.ts'
import type { Labels } from '../../policy/types.ts'

/** On which nodes pods may run, from `spec.nodeSelector` and `spec.tolerations`. */
export interface Placement {
  readonly nodeSelector: Labels
  readonly tolerations: readonly Toleration[]
}

interface Toleration {
  readonly key: string | undefined
  readonly value: string | undefined
  readonly operator: string
  readonly effect: string | undefined
}

export interface Taint {
  readonly key: string
  readonly value: string
  readonly effect: string
}

interface Candidate {
  readonly name: string
  readonly labels: Labels
  readonly taints?: readonly Taint[]
}

export function readPlacement(spec: Field): Placement {
  return {
    nodeSelector: parseLabels(field(spec, 'nodeSelector')),
    tolerations: items(field(spec, 'tolerations')).map((item) => ({
      key: text(field(item, 'key')) || undefined,
      value: text(field(item, 'value')),
      operator: text(field(item, 'operator')) ?? 'Equal',
      effect: text(field(item, 'effect')) || undefined,
    })),
  }
}

/** The taints of a Node that prevent scheduling. */
export function readTaints(node: Field): readonly Taint[] {
  return items(field(field(node, 'spec'), 'taints'))
    .map((item) => ({
      key: text(field(item, 'key')) ?? '',
      value: text(field(item, 'value')) ?? '',
      effect: text(field(item, 'effect')) ?? '',
    }))
    .filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
}

/**
 * The nodes of a DaemonSet's pods: those of its pods in the input, or else those that its selector and the taints
 * allow. A label that no node of the input has excludes no node, because the input may lack labels.
 */
export function daemonNodes(
  { nodeSelector, tolerations }: Placement,
  nodes: readonly Candidate[],
  running: readonly string[],
): readonly string[] {
  if (running.length > 0) return nodes.map(({ name }) => name).filter((name) => running.includes(name))
  const known = Object.entries(nodeSelector).filter(([key]) => nodes.some(({ labels }) => labels[key] !== undefined))
  return nodes
    .filter(({ labels }) => known.every(([key, value]) => labels[key] === value))
    .filter(({ taints = [] }) => taints.every((taint) => isTolerated(taint, tolerations)))
    .map(({ name }) => name)
}

/** Pods of a DaemonSet tolerate taints of node conditions (Kubernetes docs, "DaemonSet", taints and tolerations). */
function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  if (taint.key.startsWith('node.kubernetes.io/')) return true
  return tolerations.some(
    ({ key, value = '', operator, effect }) =>
      (effect === undefined || effect === taint.effect) &&
      (key === undefined ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || value === taint.value),
  )
}
