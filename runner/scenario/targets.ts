import { z } from 'zod'
import { port, requestFields, requestOf, speechFields, speechOf } from './app-protocol.ts'
import { invalid } from './duration.ts'
import { dnsTypes, type HttpRequest, type TargetSpec } from './model.ts'
import { objectNamePattern, parseNoun } from './resource-names.ts'
import { namespaceName, selectorFields } from './selectors.ts'
import { dnsTarget, parseAddress, parseHttp, parseTarget } from './target-text.ts'

const podsFields = { namespace: namespaceName.optional(), ...selectorFields, port, ...speechFields }

const targetObject = z
  .strictObject({
    url: z.string().optional().describe('Any URL that a target may be written as.'),
    tcp: z.string().optional().describe('host:port'),
    udp: z.string().optional().describe('host:port'),
    tls: z.string().optional().describe('host:port'),
    http: z.string().optional().describe('http:// or https:// URL, or host:port/path'),
    dns: z.string().optional().describe('The name that is asked for.'),
    pods: z.strictObject(podsFields).optional().describe('A port of every pod with these labels, by pod address.'),
    workload: z.string().optional().describe('A port of every pod of namespace/kind/name, by pod address.'),
    nodePort: port.optional().describe("A port of every node's address, or of one node's."),
    node: z
      .string()
      .regex(objectNamePattern, { error: (issue) => `"${issue.input}" is no node name` })
      .optional()
      .describe('With nodePort: this node only.'),
    port: port.optional().describe('With workload: the port of the pod.'),
    ...speechFields,
    type: z.enum(dnsTypes).optional().describe('With dns: the record type; A when absent.'),
    server: z.string().optional().describe('With dns: the address of the server that is asked.'),
    ...requestFields,
  })
  .transform((fields, context): TargetSpec => {
    const spec = targetOf(fields)
    return typeof spec === 'string' ? invalid(context, spec) : spec
  })

/** A value in `spec.targets`: a URL, or an object with exactly one of the forms. */
export const targetSchema = z
  .union([
    z.string().transform((text, context): TargetSpec => {
      const spec = parseTarget(text)
      return typeof spec === 'string' ? invalid(context, spec) : spec
    }),
    targetObject,
  ])
  .describe(
    'What is asked for: tcp://host:port, udp://, tls://, http(s)://, dns://name, nodeport://port, or an object.',
  )

type Fields = z.output<(typeof targetObject)['in']>
type Form = 'url' | 'tcp' | 'udp' | 'tls' | 'http' | 'dns' | 'pods' | 'workload' | 'nodePort'

const request = ['method', 'headers', 'body', 'redirects'] as const

/** The other keys that each form allows. */
const companions: Readonly<Record<Form, readonly (keyof Fields)[]>> = {
  url: request,
  tcp: [],
  udp: [],
  tls: [],
  http: request,
  dns: ['type', 'server'],
  pods: request,
  workload: ['port', 'protocol', 'path', ...request],
  nodePort: ['node', 'protocol', 'path', ...request],
}

const builders: { readonly [Key in Form]: (value: NonNullable<Fields[Key]>, fields: Fields) => TargetSpec | string } = {
  url: (url, fields) => withRequest(parseTarget(url), fields),
  tcp: (address) => parseAddress('tcp', address),
  udp: (address) => parseAddress('udp', address),
  tls: (address) => parseAddress('tls', address),
  http: (url, fields) => withRequest(parseHttp(/^https?:\/\//i.test(url) ? url : `http://${url}`), fields),
  dns: (name, { type, server }) => dnsTarget(name, type, server),
  pods: ({ port, protocol, path, namespace, ...selector }, fields) => {
    const speech = speechOf({ protocol, path }, requestIn(fields))
    const pods = { by: 'labels' as const, selector, ...(namespace !== undefined && { namespace }) }
    return typeof speech === 'string' ? speech : { kind: 'pods', pods, port, speech }
  },
  workload: (text, { port, protocol, path, ...fields }) => {
    const noun = parseNoun(text)
    if (typeof noun === 'string') return noun
    if (port === undefined) return '"workload" needs a port'
    const speech = speechOf({ protocol, path }, requestIn(fields))
    if (typeof speech === 'string') return speech
    const pods = { by: 'workload' as const, namespace: noun.namespace, workload: `${noun.kind}/${noun.name}` }
    return { kind: 'pods', pods, port, speech }
  },
  nodePort: (port, { node, protocol, path, ...fields }) => {
    const speech = speechOf({ protocol, path }, requestIn(fields))
    return typeof speech === 'string' ? speech : { kind: 'nodePort', port, speech, ...(node !== undefined && { node }) }
  },
}

const formNames = Object.keys(builders) as Form[]

function targetOf(fields: Fields): TargetSpec | string {
  const given = formNames.filter((key) => fields[key] !== undefined)
  const form = given[0]
  if (form === undefined) return `a target needs one of ${formNames.join(', ')}`
  if (given.length > 1) return `a target has one address, got ${given.join(' and ')}`
  const stray = Object.keys(fields).find((key) => key !== form && !companions[form].some((known) => known === key))
  if (stray !== undefined) return `"${stray}" does not go with "${form}"`
  const build = builders[form] as (value: unknown, fields: Fields) => TargetSpec | string
  return build(fields[form], fields)
}

function requestIn(fields: Fields): Partial<HttpRequest> {
  return Object.fromEntries(request.filter((key) => fields[key] !== undefined).map((key) => [key, fields[key]]))
}

function withRequest(spec: TargetSpec | string, fields: Fields): TargetSpec | string {
  const given = requestIn(fields)
  if (typeof spec === 'string' || Object.keys(given).length === 0) return spec
  if (spec.kind !== 'http') return `"${Object.keys(given)[0]}" goes only with an http or https URL`
  return { ...spec, request: requestOf(given) }
}
