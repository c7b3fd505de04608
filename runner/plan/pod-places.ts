import type { Identity } from '../../fabric/fabric.ts'
import { representativeOf } from '../../fabric/workloads.ts'
import type { Pod } from '../../fabric/world.ts'
import type { Labels } from '../../policy/types.ts'
import type { Source } from '../scenario/model.ts'

/** A source that stands for pods of a workload. */
export type PodSource = Pick<
  Extract<Source, { kind: 'like' | 'as' }>,
  'name' | 'kind' | 'namespace' | 'workload' | 'node'
>

interface Among {
  /** The pods that the source stands for. */
  readonly all: readonly Pod[]
  readonly classes: readonly (readonly Pod[])[]
}

/**
 * The identity that stands for a class of the source's pods: the workload itself where it has only one; where pods differ by their nodes alone, the
 * workload there; else one of its pods, with the labels that it has beside those of the template.
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

/** A clone of the workload has the labels of its template: it stands for pods that all have the same. */
function haveSameLabels(pods: readonly Pod[]): boolean {
  return (
    new Set(pods.map(({ labels }) => JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))))
      .size <= 1
  )
}

/** Labels by which a controller numbers its pods (Kubernetes API, "well-known labels"); undefined where there are none. */
function ordinalLabelsOf({ labels }: Pod): Labels | undefined {
  const own = Object.entries(labels).filter(([key]) => ordinals.has(key))
  return own.length === 0 ? undefined : Object.fromEntries(own)
}

const ordinals = new Set([
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
])

/** `node n1`, `nodes n1, n2 and 5 more` where pods differ by their nodes alone, else the pods by name. */
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

/** Whether a source speaks for pods of which it asks only one, and somebody might expect it to ask each. */
export function isSampled(alike: readonly Pod[], classes: readonly (readonly Pod[])[]): boolean {
  const isPerNode = alike.some(({ hostNetwork, workload }) => hostNetwork || workload.kind === 'DaemonSet')
  return alike.length > 1 && (classes.length > 1 || isPerNode)
}

/** `stands for 3 pods, on nodes n1, n2, n3, between which nothing on this path makes a difference`. */
export function sampleText(alike: readonly Pod[]): string {
  const nodes = listed('node', [...new Set(alike.map(({ node }) => node))])
  return `stands for ${alike.length} pods, on ${nodes}, between which no policy and no node makes a difference here`
}

/** `differs by node: allowed from node a, blocked from nodes b, c`; undefined where all places have the same answer. */
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
