import { flag, items, text } from '../../policy/decode.ts'
import { type Field, field, fieldAt, isAbsent, pathTo, report } from '../../policy/field.ts'
import { invalidValue } from '../../policy/names.ts'
import { parseLabels, parseSelector } from '../../policy/parse-selector.ts'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { LabelSelector, Labels, Problem } from '../../policy/types.ts'
import type { Workload } from '../world.ts'
import { type Placement, readPlacement } from './daemon-nodes.ts'
import { type ManifestObject, rootOf } from './object.ts'
import { type PodDraft, unknownStatus } from './pods.ts'
import { type PodTemplate, readCount, readTemplate } from './template.ts'

/** Maximum pods per workload, and in total: more would be too many for a laptop's kernel. */
const maxReplicas = 1000
export const maxPods = 10_000

/** A parsed workload, and how many pods it needs. A DaemonSet needs one per node. */
export interface WorkloadDraft {
  readonly object: ManifestObject
  readonly workload: Workload
  readonly template: PodTemplate
  readonly replicas: number | 'one per node'
  /** For a DaemonSet. */
  readonly placement: Placement
}

/** Reads an object of a workload kind. */
export function readWorkload(object: ManifestObject, workload: Workload, problems: Problem[]): WorkloadDraft {
  const root = rootOf(object, problems)
  const spec = object.kind === 'CronJob' ? fieldAt(root, 'spec', 'jobTemplate', 'spec') : field(root, 'spec')
  const podTemplate = field(spec, 'template')
  if (isAbsent(podTemplate)) report(podTemplate, { message: 'Required value: the template of the pods' })
  const template = readTemplate(podTemplate)
  refuseForeignSelector(object.kind, spec, template.labels)
  return {
    object,
    workload,
    template: withSubdomain(object.kind, spec, template),
    replicas: replicasOf(object.kind, root, spec),
    placement: readPlacement(field(podTemplate, 'spec')),
  }
}

/**
 * The pods of a workload. `live` are pods of a real cluster that it represents; it uses their nodes, addresses and
 * states.
 */
export function expand(
  draft: WorkloadDraft,
  nodes: readonly string[],
  context: { live: readonly PodDraft[]; taken: Set<string> },
): PodDraft[] {
  const { object, workload, template, replicas } = draft
  const count = replicas === 'one per node' ? nodes.length : replicas
  const ordinal = object.kind === 'StatefulSet'
  let next = ordinal ? 0 : 1
  return Array.from({ length: count }, (_, index) => {
    while (!ordinal && context.taken.has(`${object.namespace}/${object.name}-${next}`)) next++
    const name = `${object.name}-${next++}`
    context.taken.add(`${object.namespace}/${name}`)
    const live = liveOf(draft, context.live, { name, index, node: nodes[index] })
    const ownNode = replicas === 'one per node' ? nodes[index] : undefined
    const nodeName = ownNode ?? live?.template.nodeName ?? template.nodeName
    return {
      namespace: object.namespace,
      name,
      workload,
      place: object.place,
      status: live?.status ?? unknownStatus,
      template: {
        ...template,
        labels: { ...template.labels, ...controllerLabels(object, name) },
        ...(nodeName === undefined ? {} : { nodeName }),
        ...(ordinal ? { hostname: name } : {}),
      },
    }
  })
}

function liveOf(
  { object, replicas }: WorkloadDraft,
  live: readonly PodDraft[],
  pod: { name: string; index: number; node: string | undefined },
): PodDraft | undefined {
  if (object.kind === 'StatefulSet') return live.find(({ name }) => name === pod.name)
  if (replicas === 'one per node') return live.find(({ template }) => template.nodeName === pod.node)
  return live[pod.index]
}

/** Labels that controllers add to their pods. */
function controllerLabels({ kind, name }: ManifestObject, pod: string): Labels {
  if (kind === 'Job') return { 'batch.kubernetes.io/job-name': name, 'job-name': name }
  if (kind !== 'StatefulSet') return {}
  return { 'statefulset.kubernetes.io/pod-name': pod, 'apps.kubernetes.io/pod-index': pod.slice(name.length + 1) }
}

function withSubdomain(kind: string, spec: Field, template: PodTemplate): PodTemplate {
  const subdomain = kind === 'StatefulSet' ? text(field(spec, 'serviceName')) : undefined
  return subdomain ? { ...template, subdomain } : template
}

function replicasOf(kind: string, root: Field, spec: Field): number | 'one per node' {
  if (kind === 'DaemonSet') return 'one per node'
  if (kind === 'CronJob') return 1
  if (kind === 'Job') return podsOfJob(root, spec)
  const of = field(spec, 'replicas')
  return bounded(of, readCount(of) ?? 1)
}

/** A finished or suspended Job has no pods. */
function podsOfJob(root: Field, spec: Field): number {
  const ended = items(fieldAt(root, 'status', 'conditions')).some((item) => {
    const type = field(item, 'type').value
    return (type === 'Complete' || type === 'Failed') && field(item, 'status').value === 'True'
  })
  if (ended || flag(field(spec, 'suspend')) === true) return 0
  const parallelism = bounded(field(spec, 'parallelism'), readCount(field(spec, 'parallelism')) ?? 1)
  return Math.min(parallelism, readCount(field(spec, 'completions')) ?? parallelism)
}

function bounded(of: Field, count: number): number {
  if (count <= maxReplicas) return count
  report(of, {
    message: `${count} pods of one workload are too many: up to ${maxReplicas} are read`,
    hint: 'lower the number: paths of alike pods are alike',
  })
  return 0
}

/** Jobs generate their selector. The older kinds have a plain map of labels, by default those of the template. */
function refuseForeignSelector(kind: string, spec: Field, labels: Labels): void {
  if (kind === 'Job' || kind === 'CronJob') return
  const of = field(spec, 'selector')
  if (kind === 'ReplicationController' || kind === 'DeploymentConfig') {
    refuseUnmatched(of, { matchLabels: parseLabels(of) }, labels)
    return
  }
  const selector = parseSelector(of)
  if (selector === undefined) {
    if (isAbsent(of))
      report(of, { message: 'Required value: the selector of its pods', hint: 'write selector: {matchLabels: …}' })
    return
  }
  if (Object.keys(selector).length === 0)
    report(of, { message: 'Invalid value: empty selector is invalid for this kind' })
  else refuseUnmatched(of, selector, labels)
}

function refuseUnmatched(of: Field, selector: LabelSelector, labels: Labels): void {
  if (matchesSelector(selector, labels)) return
  const hint = `the selector wants ${describeSelector(selector)}: give these labels to spec.template.metadata.labels`
  report(
    { ...of, path: [...pathTo(of).slice(0, -1), 'template', 'metadata', 'labels'] },
    { message: invalidValue(labels, '`selector` does not match template `labels`'), hint },
  )
}
