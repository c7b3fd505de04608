import type { Labels } from '../../../policy/types.ts'
import { workloadKinds } from '../../workloads.ts'
import type { Client } from '../api/client.ts'
import { getObject, type LiveObject } from '../api/objects.ts'
import { type ResourceKind, resources } from '../api/resources.ts'

/** What a probe copies from the workload that it represents. */
export interface Template {
  readonly labels: Labels
  /** The template's pod spec. A probe copies some of its fields. */
  readonly spec: Readonly<Record<string, unknown>>
  /** Whether a controller would adopt a pod with these labels. Such a pod needs a controller reference of ours. */
  readonly adopted: boolean
}

/**
 * Labels that controllers add to their pods, and by which they claim them (well-known labels of the Kubernetes API).
 */
const controllerLabels: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
])

/** The template of `kind/name`, or a sentence that says why there is none. */
export async function templateOf(
  client: Client,
  { namespace, workload }: { readonly namespace: string; readonly workload: string },
  signal: AbortSignal,
): Promise<Template | string> {
  const [word = '', name = ''] = workload.split('/')
  const kind = workloadKinds[word]
  if (kind === undefined)
    return `${workload}: a workload is written as ${Object.keys(workloadKinds).join(', ')}, a slash and its name`
  const object = await getObject(client, { resource: resources[kind], namespace, name }, signal)
  if (object === undefined) return `there is no ${workload} in ${namespace}`
  const { metadata, spec } = templateIn(kind, object)
  const os = (spec['os'] as { name?: string } | undefined)?.name ?? selectorOf(spec)['kubernetes.io/os']
  if (os === 'windows') return `${namespace}/${workload} runs on Windows, where the probe does not`
  return { labels: ownLabels(metadata?.labels), spec, adopted: isAdopting(kind, object) }
}

/** Whether pods of a template share their node's network and addresses. */
export function isOnHost({ spec }: Pick<Template, 'spec'>): boolean {
  return spec['hostNetwork'] === true
}

/** Labels of a pod without those that its controller added. */
function ownLabels(labels: Labels = {}): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !controllerLabels.has(key)))
}

/** Fields of a template that a probe copies: name resolution and placement. Never the priority class. */
export function copiedFields(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const keys = ['dnsPolicy', 'dnsConfig', 'hostAliases', 'tolerations']
  const copied = keys.filter((key) => spec[key] !== undefined).map((key) => [key, spec[key]])
  return { ...Object.fromEntries(copied), nodeSelector: { 'kubernetes.io/os': 'linux', ...selectorOf(spec) } }
}

interface PodTemplate {
  readonly metadata?: { readonly labels?: Labels }
  readonly spec: Readonly<Record<string, unknown>>
}

function templateIn(kind: ResourceKind, object: LiveObject): PodTemplate {
  if (kind === 'Pod') return { metadata: object.metadata, spec: object.spec ?? {} }
  const spec = object.spec as { template?: PodTemplate; jobTemplate?: { spec?: { template?: PodTemplate } } }
  const template = kind === 'CronJob' ? spec.jobTemplate?.spec?.template : spec.template
  return { ...template, spec: template?.spec ?? {} }
}

/**
 * A DaemonSet, a ReplicationController, and a ReplicaSet without a Deployment adopt every pod that their selector
 * matches. The ReplicaSet of a Deployment also requires the template hash.
 */
function isAdopting(kind: ResourceKind, { metadata }: LiveObject): boolean {
  const ownedBy = metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind
  const unhashed = metadata.labels?.['pod-template-hash'] === undefined
  if (kind === 'Pod')
    return ownedBy === 'DaemonSet' || ownedBy === 'ReplicationController' || (ownedBy === 'ReplicaSet' && unhashed)
  return kind === 'DaemonSet' || kind === 'ReplicationController' || (kind === 'ReplicaSet' && ownedBy !== 'Deployment')
}

function selectorOf(spec: Readonly<Record<string, unknown>>): Labels {
  return (spec['nodeSelector'] ?? {}) as Labels
}
