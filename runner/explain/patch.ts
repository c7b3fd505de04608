import { Document, visit } from 'yaml'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { World } from '../../fabric/world.ts'
import type { Edit } from '../../policy/engine/edits.ts'
import { isObject } from '../../policy/field.ts'
import type { NetworkPolicy } from '../../policy/types.ts'
import { manifestOf, specOf } from '../../policy/write.ts'
import type { Placeholder } from './placeholders.ts'

/**
 * Edits in a form to paste: whole NetworkPolicies for `kubectl apply -f -`, with their existing metadata, and for labels a strategic merge patch of
 * the object that sets them. A comment marks each placeholder address.
 */
export function patchOf(
  edits: readonly Edit[],
  placeholders: readonly Placeholder[],
  { objects, world }: { readonly objects: readonly ManifestObject[]; readonly world: World },
): string {
  const texts = edits.map((edit) => {
    const document = new Document(documentOf(edit, objects, world), { ...asKubectlReads, aliasDuplicateObjects: false })
    mark(document, placeholders)
    return document.toString({ lineWidth: 0 })
  })
  return texts.join('---\n')
}

/** YAML 1.1 reads more words as booleans, so `y` and `on` need quotes. */
const asKubectlReads = { version: '1.1' } as const

function mark(document: Document, placeholders: readonly Placeholder[]): void {
  visit(document, {
    Scalar: (_, node) => {
      const found = placeholders.find(({ standIn }) => node.value === standIn)
      if (found === undefined) return
      node.value = found.cidr
      node.comment = ` replace: ${found.what}`
    },
  })
}

function documentOf(edit: Edit, objects: readonly ManifestObject[], world: World): Record<string, unknown> {
  switch (edit.kind) {
    case 'add policy':
      return manifestOf(edit.policy)
    case 'change policy':
      return changed(edit.after, objects)
    case 'label namespace':
      return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: edit.namespace, labels: written(edit.labels) } }
    case 'label pods':
      return template(edit, world)
    default:
      return edit satisfies never
  }
}

function changed(policy: NetworkPolicy, objects: readonly ManifestObject[]): Record<string, unknown> {
  const given = objects.findLast(
    ({ kind, namespace, name }) => kind === 'NetworkPolicy' && namespace === policy.namespace && name === policy.name,
  )?.value
  if (given === undefined) return manifestOf(policy)
  const { namespace, name, labels, annotations } = (given.metadata ?? {}) as Record<string, unknown>
  const kept = isObject(annotations) ? own(annotations) : annotations
  const metadata = Object.entries({ namespace: namespace ?? policy.namespace, name, labels, annotations: kept })
  return {
    apiVersion: given.apiVersion,
    kind: given.kind,
    metadata: Object.fromEntries(metadata.filter(([, value]) => value !== undefined)),
    spec: specOf(policy),
  }
}

/** Without kubectl's annotations about the previous state of the object. */
function own(annotations: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const kept = Object.entries(annotations).filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

const groups: Readonly<Record<string, string>> = { Job: 'batch/v1', CronJob: 'batch/v1', Pod: 'v1' }

/** The labels of a workload's pods are in its pod template. */
function template({ namespace, names, labels }: Extract<Edit, { kind: 'label pods' }>, world: World) {
  const pod = world.pods.find((each) => each.namespace === namespace && each.name === names[0])
  const { kind, name } = pod?.workload ?? { kind: 'Pod', name: names[0] }
  const metadata = { labels: written(labels) }
  const head = { apiVersion: groups[kind] ?? 'apps/v1', kind }
  if (kind === 'Pod') return { ...head, metadata: { namespace, name, ...metadata } }
  const podTemplate = { template: { metadata } }
  const spec = kind === 'CronJob' ? { jobTemplate: { spec: podTemplate } } : podTemplate
  return { ...head, metadata: { namespace, name }, spec }
}

/** `null` removes a label. */
function written(labels: Readonly<Record<string, string | undefined>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, value ?? null]))
}
