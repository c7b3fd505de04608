import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { invalid } from './duration.ts'
import type { SourceSpec } from './model.ts'
import { isWorkloadKind, objectNamePattern, parseNoun, parseWorkload } from './resource-names.ts'
import { labels, namespaceName, selector, selectorFields } from './selectors.ts'

const workload = z.string().transform((text, context): string => {
  const parsed = parseWorkload(text)
  return typeof parsed === 'string' ? invalid(context, parsed) : parsed.workload
})

const sourceObject = z
  .strictObject({
    namespace: namespaceName.optional().describe('The namespace in which the probe runs.'),
    labels: labels.optional().describe('Labels of a plain probe; policies select labels, not namespaces.'),
    like: workload.optional().describe('A probe with the labels and service account of this workload: deployment/ui.'),
    as: workload.optional().describe('Inside a real pod of this workload: deployment/ui.'),
    outside: z.literal(true, { error: 'expected true' }).optional().describe("The runner's own machine."),
    namespaces: selector.optional().describe('One source in every namespace with these labels.'),
    pods: z
      .strictObject({
        namespace: namespaceName.optional(),
        ...selectorFields,
        sample: z.int().min(1).max(10_000).optional(),
      })
      .optional()
      .describe('Every pod with these labels.'),
    sample: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('With pods: how many of each class of alike pods are tried.'),
    node: z
      .string()
      .regex(objectNamePattern, { error: (issue) => `"${issue.input}" is no node name` })
      .optional()
      .describe('The node on which it runs; alone, the node itself is the source.'),
  })
  .transform((fields, context): SourceSpec => {
    const spec = identityOf(fields)
    return typeof spec === 'string' ? invalid(context, spec) : spec
  })

/** A value in `spec.sources`: exactly one identity, or the shorthand `namespace/kind/name`. */
export const sourceSchema = z
  .union([
    z.string().transform((text, context): SourceSpec => {
      const spec = parseSource(text)
      return typeof spec === 'string' ? invalid(context, spec) : spec
    }),
    sourceObject,
  ])
  .describe(
    'Who asks: {namespace}, {namespace, like}, {namespace, as}, {node}, {outside: true}, {namespaces}, {pods}, or as a word: ns/deploy/x, ns/svc/x, node/x, an address.',
  )

/**
 * Parses a source in one word: `frontend/deploy/ui` (a pod like it), `backend/svc/api` (the pods behind it), `ns/monitoring` (a plain probe there),
 * `node/worker-1`, the address of a pod or node, or `outside`. Returns a sentence with the problem otherwise.
 */
export function parseSource(text: string): SourceSpec | string {
  if (text === 'outside') return { kind: 'outside' }
  if (isIP(text) !== 0) return parseAddressSource(text)
  if (!text.includes('/')) {
    return `"${text}" is no source: write { namespace: ${text} }, ns/${text} or namespace/kind/name such as frontend/deployment/ui`
  }
  const noun = parseNoun(text)
  if (typeof noun === 'string') return noun
  if (noun.kind === 'namespace') return { kind: 'namespace', namespace: noun.name }
  if (noun.kind === 'node') return { kind: 'node', node: noun.name }
  if (noun.kind === 'service') return { kind: 'service', namespace: noun.namespace, service: noun.name }
  if (!isWorkloadKind(noun.kind))
    return `a ${noun.kind} cannot be a source: name a workload, such as frontend/deployment/ui`
  return { kind: 'like', namespace: noun.namespace, workload: `${noun.kind}/${noun.name}` }
}

function parseAddressSource(text: string): SourceSpec | string {
  if (text.includes('%')) return `"${text}" has a zone, which has no meaning on another host`
  return { kind: 'address', address: ipaddr.process(text).toString() }
}

type Fields = {
  readonly [Key in keyof z.output<(typeof sourceObject)['in']>]: z.output<(typeof sourceObject)['in']>[Key]
}

const identities = ['like', 'as', 'outside', 'namespaces', 'pods'] as const

/** Identities written as an object with several fields. A node has only the field `node`; the others are written in one word. */
type FieldKind = Exclude<SourceSpec['kind'], 'node' | 'address' | 'service'>

/** The other keys that each identity allows. */
const companions = {
  namespace: ['namespace', 'labels', 'node'],
  like: ['namespace', 'like', 'node'],
  as: ['namespace', 'as', 'node'],
  outside: ['outside'],
  namespaces: ['namespaces', 'like', 'node'],
  pods: ['pods', 'sample', 'node'],
} as const satisfies Record<FieldKind, readonly (keyof Fields)[]>

function identityOf(fields: Fields): SourceSpec | string {
  const given = identities.filter((key) => fields[key] !== undefined && !(key === 'like' && fields.namespaces))
  if (given.length > 1) return `a source has one identity, got ${given.join(' and ')}`
  if (fields.node !== undefined && Object.keys(fields).length === 1) return { kind: 'node', node: fields.node }
  const kind = given[0] ?? 'namespace'
  const allowed: readonly string[] = companions[kind]
  const stray = Object.keys(fields).find((key) => !allowed.includes(key))
  if (stray === 'namespace' && kind === 'pods') return 'write the namespace inside pods: { namespace, matchLabels }'
  if (stray !== undefined && kind === 'namespace' && fields.namespace === undefined) return nothing
  if (stray !== undefined) return `"${stray}" does not go with "${kind}"`
  return specs[kind](fields)
}

const nothing =
  'a source needs an identity: namespace (a plain probe), namespace with like or as, node, outside: true, namespaces or pods'

const specs: { readonly [Kind in FieldKind]: (fields: Fields) => SourceSpec | string } = {
  namespace: ({ namespace, labels, node }) =>
    namespace === undefined
      ? nothing
      : { kind: 'namespace', namespace, ...(labels && { labels }), ...(node !== undefined && { node }) },
  like: (fields) => ofWorkload('like', fields),
  as: (fields) => ofWorkload('as', fields),
  outside: () => ({ kind: 'outside' }),
  namespaces: ({ namespaces = {}, like, node }) => ({
    kind: 'namespaces',
    selector: namespaces,
    ...(like !== undefined && { like }),
    ...(node !== undefined && { node }),
  }),
  pods: ({ pods = {}, sample: outer, node }) => {
    const { namespace, sample = outer, ...rest } = pods
    return {
      kind: 'pods',
      selector: rest,
      ...(namespace !== undefined && { namespace }),
      ...(sample !== undefined && { sample }),
      ...(node !== undefined && { node }),
    }
  },
}

function ofWorkload(kind: 'like' | 'as', fields: Fields): SourceSpec | string {
  const { namespace, node, [kind]: workload = '' } = fields
  if (namespace === undefined) return `"${kind}" needs the workload's namespace: { namespace: …, ${kind}: ${workload} }`
  return { kind, namespace, workload, ...(node !== undefined && { node }) }
}
