import type { Identity } from '../../fabric/fabric.ts'
import { representativeOf } from '../../fabric/workloads.ts'
import type { Pod } from '../../fabric/world.ts'
import type { Labels } from '../../policy/types.ts'
import type { Source } from '../scenario/model.ts'

/** A source that represents the pods of a workload. */
export type PodSource = Pick<
  Extract<Source, { kind: 'like' | 'as' }>,
  'name' | 'kind' | 'namespace' | 'workload' | 'node'
>

interface Among {
  /** All pods of the source. */
  readonly all: readonly Pod[]
  readonly classes: readonly (readonly Pod[])[]
}

/**
 * The identity that represents a class of the source's pods. It is the workload if there is one class, the workload on a node if pods differ only by
 * node, else one of the pods, with its labels in addition to those of the template.
 */
export function identityOf(
  { kind, namespace, workload, node }: PodSource,
  alike: readonly Pod[],
  { all, classes }: Among,
): Identity {
  const chosen = representativeOf(alike) ?? alike[0]
  if (chosen === undefined || (classes.length === 1 && !chosen.hostNetwork)) return { kind, namespace, workload, node }
  const onNode = all.filter((pod) => pod.node === chosen.node)
  if (haveSameLabels(all) && onNode.every((pod) => alike.includes(pod)))
    return { kind, namespace, workload, node: chosen.node }
  const identity = { kind, namespace, workload: `pod/${chosen.name}`, node: chosen.node } as const
  return kind === 'as' ? identity : { ...identity, labels: ordinalLabelsOf(chosen) }
}

/** Whether all pods have the same labels. A clone has only the labels of the template, so it represents only such pods. */
function haveSameLabels(pods: readonly Pod[]): boolean {
  return (
    new Set(pods.map(({ labels }) => JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))))
      .size <= 1
  )
}

/** Labels by which a controller numbers its pods (Kubernetes API, "well-known labels"); undefined if there are none. */
function ordinalLabelsOf({ labels }: Pod): Labels | undefined {
  const own = Object.entries(labels).filter(([key]) => ordinals.has(key))
  return own.length === 0 ? undefined : Object.fromEntries(own)
}

const ordinals = new Set([
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
])

/** `node n1`, `nodes n1, n2 and 5 more` if pods differ only by node, else the names of the pods. */
export function placeText(alike: readonly Pod[], classes: readonly (readonly Pod[])[]): string {
  const nodes = new Set(alike.map(({ node }) => node))
  const isApart =
    haveSameLabels(classes.flat()) &&
    classes.every((other) => other === alike || other.every(({ node }) => !nodes.has(node)))
  return isApart
    ? listed('node', [...nodes])
    : listed(
        'pod',
        alike.map(({ name }) => name),
      )
}

/** Whether a source tests only one of its pods although users may expect a test of each. */
export function isSampled(alike: readonly Pod[], classes: readonly (readonly Pod[])[]): boolean {
  const isPerNode = alike.some(({ hostNetwork, workload }) => hostNetwork || workload.kind === 'DaemonSet')
  return alike.length > 1 && (classes.length > 1 || isPerNode)
}

/** One sentence, such as `stands for 3 pods, on nodes n1, n2, n3, …`, for a source that is a sample of equivalent pods. */
export function sampleText(alike: readonly Pod[]): string {
  const nodes = listed('node', [...new Set(alike.map(({ node }) => node))])
  return `stands for ${alike.length} pods, on ${nodes}, between which no policy and no node makes a difference here`
}

/** `differs by node: allowed from node a, blocked from nodes b, c`; undefined if all places have the same answer. */
export function differenceText(
  answers: readonly { readonly place: string; readonly word: string }[],
): string | undefined {
  const words = Map.groupBy(answers, ({ word }) => word)
  if (words.size < 2) return undefined
  const told = [...words]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, alike]) => `${word} from ${alike.map(({ place }) => place).join(', ')}`)
  const noun = answers.every(({ place }) => place.startsWith('node')) ? 'node' : 'pod'
  return `differs by ${noun}: ${told.join(', ')}`
}

const most = 5

function listed(noun: string, names: readonly string[]): string {
  const more = names.length > most ? ` and ${names.length - most + 1} more` : ''
  const shown = more === '' ? names : names.slice(0, most - 1)
  return `${noun}${names.length === 1 ? '' : 's'} ${shown.join(', ')}${more}`
}
