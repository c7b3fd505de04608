import { createHash } from 'node:crypto'
import type { Labels } from '../../../policy/types.ts'
import type { Identity } from '../../fabric.ts'
import type { Workload } from '../../world.ts'
import type { Client } from '../api/client.ts'
import { getObject } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import { isOnHost, templateOf } from '../probe/clone.ts'

/** The source that a resident probe represents: what policies can distinguish, and its placement. */
export interface ResidentSource {
  readonly namespace: string
  /** `deployment/ui`; `plain` for a plain pod. */
  readonly title: string
  /** The exact labels of the source. */
  readonly labels: Labels
  readonly node?: string
  /** The workload's pod spec. A probe copies some of its fields. */
  readonly spec: Readonly<Record<string, unknown>>
}

/** An identity, with the workload of a pod if it is known. */
export interface Wanted {
  readonly identity: Identity
  readonly workload?: Workload
}

/** The source of an identity, or a sentence that says why no resident probe can represent it. */
export async function residentSource(
  client: Client,
  { identity, workload }: Wanted,
  signal: AbortSignal,
): Promise<ResidentSource | string> {
  switch (identity.kind) {
    case 'namespace': {
      const { namespace, labels = {}, node } = identity
      const found = await getObject(client, { resource: resources.Namespace, name: namespace }, signal)
      if (found === undefined) return `there is no namespace ${namespace}`
      return { namespace, title: 'plain', labels, spec: {}, ...(node === undefined ? {} : { node }) }
    }
    case 'like': {
      const { namespace, workload: title, node } = identity
      const template = await templateOf(client, { namespace, workload: title }, signal)
      if (typeof template === 'string') return template
      if (isOnHost(template)) return hostSentence(`${namespace}/${title}`)
      const labels = { ...template.labels, ...identity.labels }
      return { namespace, title, labels, spec: template.spec, ...(node === undefined ? {} : { node }) }
    }
    case 'pod': {
      const { namespace, name } = identity
      const template = await templateOf(client, { namespace, workload: `pod/${name}` }, signal)
      if (typeof template === 'string') return template
      if (isOnHost(template)) return hostSentence(`${namespace}/${name}`)
      if (workload === undefined)
        return { namespace, title: `pod/${name}`, labels: template.labels, spec: template.spec }
      const title = `${workload.kind.toLowerCase()}/${workload.name}`
      const own = await templateOf(client, { namespace, workload: title }, signal)
      // Equal to `like:`, so that installing with one does not replace what the other installed.
      const alike = typeof own !== 'string' && sameLabels(own.labels, template.labels)
      const { labels, spec } = alike ? own : template
      return { namespace, title, labels, spec }
    }
    case 'as':
      return `as: ${identity.workload} is asked inside its own pod, where no other stands in`
    case 'outside':
      return 'outside is the machine that runs Crosscheck'
    case 'node':
      return 'a resident probe has a network of its own, and not that of a node'
    case 'inside':
      return 'a control, not a source'
    default:
      return identity satisfies never
  }
}

function hostSentence(title: string): string {
  return `${title} is on the host's network, which no resident probe has`
}

/** Sources with the same placement that policies cannot distinguish have the same key. */
export function residentKey({ namespace, labels, node }: ResidentSource): string {
  return JSON.stringify([namespace, sorted(labels), node ?? null])
}

/** Whether both sets of labels are equal. */
export function sameLabels(one: Labels, other: Labels): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

/**
 * The maximum length of a StatefulSet's name, so that the revision label of its pods fits into 63 characters, and how
 * much of it is readable.
 */
const readable = 34

/**
 * The name of a source's probe. It is the same at every installation, so a Role can grant it. A workload's probe keeps
 * its name when the workload's labels change; the next installation replaces the probe.
 */
export function residentName({ title, labels, node }: ResidentSource): string {
  const words = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const own = title === 'plain' ? sorted(labels) : []
  const usual = own.length === 0 && node === undefined && words.length <= readable
  const hash = createHash('sha256')
    .update(JSON.stringify([title, own, node ?? null]))
    .digest('hex')
    .slice(0, 6)
  return `crosscheck-${words.slice(0, readable).replace(/-+$/, '')}${usual ? '' : `-${hash}`}`
}

function sorted(labels: Labels): [string, string][] {
  return Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))
}
