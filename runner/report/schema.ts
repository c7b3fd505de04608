import { z } from 'zod'
import { outcomeSchema, phases, reasons } from '../../checks/outcome.ts'
import { causes, statuses } from '../result/path-result.ts'

/** Every key is always present. Unknown values and values that do not apply are null. */
const text = z.string()
const maybe = text.nullable()
const count = z.int().nonnegative()
const family = z.union([z.literal(4), z.literal(6)])

const clusterSchema = z.strictObject({
  uid: maybe.describe('UID of the namespace kube-system'),
  version: text.describe('version of the API server'),
})

const runSchema = z.strictObject({
  id: text.describe('random, one per run'),
  start: text.describe('ISO 8601, UTC'),
  end: text.describe('ISO 8601, UTC'),
  where: z.enum(['lab', 'cluster', 'predicted']),
  cluster: clusterSchema.nullable(),
  tool: text.describe('version of Crosscheck'),
  image: maybe.describe('digest of the image of the probes, on a cluster'),
  user: maybe.describe('who the API server says the runner is'),
  interrupted: z.boolean().describe('true: paths that were not judged before are inconclusive, not_run'),
  scenarios: z.array(
    z.strictObject({
      name: text,
      file: text,
      sha256: text.describe('of the file as it was read'),
      paths: count,
      fabric: maybe.describe('where its pods lived, in one line'),
      notSimulated: z.array(text).describe('objects that nothing acted on'),
      assumed: z.array(text).describe('what the manifests do not have and is there all the same'),
    }),
  ),
  policies: z
    .array(z.strictObject({ scenario: text, namespace: text, name: text, uid: maybe, resourceVersion: maybe }))
    .describe('NetworkPolicies in force'),
})

const summarySchema = z.strictObject({
  pass: count,
  fail: count,
  inconclusive: count,
  predicted: count,
  skipped: count,
  seconds: z.number().nonnegative(),
})

const enforcementSchema = z
  .strictObject({
    scenario: text,
    step: text,
    ways: count.describe('from one source to one socket, that the policies decide'),
    late: count.describe('ways that did not do in time what the policies say'),
    flips: count,
    p50: z.number().nullable(),
    p99: z.number().nullable(),
    last: z.number().nullable(),
  })
  .describe("time to enforce after a step's change, in milliseconds")

const canarySchema = z.strictObject({
  scenario: text,
  node: text,
  family,
  side: z.enum(['ingress', 'egress']),
  ok: z.boolean(),
  steps: z.array(
    z.strictObject({
      step: z.enum(['before', 'deny', 'admit']),
      wanted: z.enum(['open', 'blocked']),
      saw: z.enum(reasons),
      ok: z.boolean(),
    }),
  ),
})

const observedSchema = z.strictObject({
  phase: z.enum(phases),
  reason: z.enum(reasons),
  attempts: count,
  milliseconds: z.number().nonnegative().describe('of all phases and attempts'),
  detail: maybe.describe('what the machine said'),
  address: maybe.describe('the literal that was dialled'),
  port: z.int().nullable(),
  localAddress: maybe.describe("the socket's own address: in whose network the check ran"),
  reply: maybe,
  status: z.int().nullable().describe('of the HTTP response'),
  dns: outcomeSchema.shape.dns.unwrap().nullable(),
  tls: outcomeSchema.shape.tls.unwrap().nullable(),
})

const endpointSchema = z.strictObject({
  address: text,
  port: z.int(),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']),
  family: family.nullable(),
  pod: maybe,
  uid: maybe.describe('of the pod'),
  node: maybe,
  ready: z.boolean().nullable(),
  service: maybe,
  state: z.enum(['open', 'leak', 'blocked', 'unknown']),
  reason: z.enum(reasons),
  phase: z.enum(phases),
  open: count.describe('new connections that got through'),
  of: count.describe('new connections in all'),
  notRun: count.describe('of these, how many did not run'),
})

const seen = z.enum(['open', 'blocked', 'partly', 'unknown'])
const verdict = z.enum(['allow', 'deny', 'undefined'])

const sourceSchema = z.strictObject({
  pod: maybe,
  uid: maybe.describe('of the pod'),
  node: maybe,
  addresses: z.array(text).describe('its own'),
  note: maybe,
})

const pathSchema = z.strictObject({
  scenario: text,
  step: maybe,
  name: maybe,
  from: text,
  to: text,
  family: family.nullable(),
  expect: text.describe('allowed, blocked, NXDOMAIN, status 200, …'),
  status: z.enum(statuses),
  cause: z.enum(causes).nullable().describe('docs/verdicts.md has a paragraph for each'),
  seen,
  why: maybe,
  tags: z.array(text),
  closedWorld: z.boolean().describe('from the matrix: what is not listed there is blocked'),
  predicted: z
    .strictObject({
      verdict,
      evidence: z.array(text),
      rules: z.array(z.int()).describe('rules of docs/semantics.md that leave it open, or that it rests on'),
    })
    .nullable()
    .describe('what the policies mean'),
  observed: observedSchema.nullable().describe('the observation that decided'),
  lookup: observedSchema.nullable().describe("the name's resolution, beside a path judged by address"),
  endpoints: z.array(endpointSchema).describe('every address behind the target'),
  control: z
    .array(z.strictObject({ shown: z.boolean().nullable(), kind: text, sentence: text }))
    .describe('what makes a block count'),
  explanation: text.describe('sentences, one per line'),
  fix: text.nullable().describe('the command that explains the path policy by policy and offers a fix'),
  source: sourceSchema.nullable().describe('where the probe of the source ran'),
  places: z
    .array(
      z.strictObject({
        place: text.describe('node n1, pods db-0, db-1'),
        status: z.enum(statuses),
        seen,
        predicted: verdict.nullable(),
        source: sourceSchema.nullable(),
      }),
    )
    .describe('of a source whose pods differ: the answer from each place; the rest is that of the worst'),
  file: text,
  line: z.int(),
  column: z.int(),
})

/** The document of `run -o json`. */
export const reportSchema = z.strictObject({
  apiVersion: z.literal('crosscheck.dev/v1alpha1'),
  run: runSchema,
  summary: summarySchema,
  notices: z.array(z.strictObject({ scenario: maybe, message: text })),
  canary: z.array(canarySchema),
  enforcement: z.array(enforcementSchema),
  paths: z.array(pathSchema),
})

export type Report = z.infer<typeof reportSchema>
export type ReportPath = z.infer<typeof pathSchema>
export type ReportOutcome = z.infer<typeof observedSchema>

/** The JSON Schema (draft 7) of the document. */
export function reportJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(reportSchema, { target: 'draft-7' }), title: 'Crosscheck report' }
}
