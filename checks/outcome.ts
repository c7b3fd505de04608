import * as z from 'zod'

/** Phases of a check. `admission`: the probe itself refused the target. */
export const phases = ['admission', 'resolve', 'connect', 'tls', 'request', 'response'] as const

/**
 * The closed list of what a check can observe. `docs/reference/outcomes.md` says for each reason whether it is evidence
 * of a block.
 */
export const reasons = [
  'connected',
  'answered',
  'dns_nxdomain',
  'dns_nodata',
  'dns_servfail',
  'dns_refused',
  'dns_badresp',
  'dns_timeout',
  'dns_unreachable',
  'connect_timeout',
  'connect_rejected',
  'connect_refused',
  'host_absent',
  'no_route',
  'reset_after_connect',
  'closed_after_connect',
  'tls_failed',
  'tls_untrusted',
  'tls_expired',
  'tls_name_mismatch',
  'tls_client_certificate_required',
  'tls_timeout',
  'http_status',
  'http_header',
  'http_body',
  'http_protocol',
  'http_timeout',
  'http_redirect',
  'udp_answered',
  'udp_silent',
  'udp_rejected',
  'not_run',
] as const

export type Phase = (typeof phases)[number]
export type Reason = (typeof reasons)[number]

const milliseconds = z.number().nonnegative()

/** One name that the resolver queried at one server, in order. The search list and ndots cause several queries. */
const questionSchema = z.object({
  name: z.string(),
  type: z.enum(['A', 'AAAA', 'CNAME', 'SRV', 'TXT', 'PTR', 'NS', 'MX', 'SOA']),
  server: z.string(),
  transport: z.enum(['udp', 'tcp']),
  rcode: z.string().describe('NOERROR, NXDOMAIN, …, or TIMEOUT, UNREACHABLE, BADRESP when no answer came'),
  milliseconds,
})

const dnsFactsSchema = z.object({
  questions: z.array(questionSchema),
  /** The name that was finally answered, after the search list. */
  name: z.string().optional(),
  records: z.array(z.object({ name: z.string(), type: z.string(), data: z.string(), ttl: z.number() })),
})

const tlsFactsSchema = z.object({
  protocol: z.string().optional(),
  authorized: z.boolean().optional(),
  error: z.string().optional(),
  subject: z.string().optional(),
  issuer: z.string().optional(),
  names: z.array(z.string()).optional(),
  validTo: z.string().optional(),
})

const httpFactsSchema = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  /** The first bytes of the body, within the probe's limits. */
  body: z.string(),
  url: z.string(),
})

/**
 * The observation of one check. A check never rejects: broken machinery is the reason `not_run`. Sent from the probe to
 * the runner.
 */
export const outcomeSchema = z.object({
  reason: z.enum(reasons),
  phase: z.enum(phases),
  /** One sentence for users: the errno, the server's message, or the failed condition. */
  detail: z.string().optional(),
  /** The literal that the check connected to, in canonical form. */
  address: z.string().optional(),
  port: z.number().int().optional(),
  /** The local address of the socket, which shows in whose network the check ran. */
  localAddress: z.string().optional(),
  attempts: z.number().int().nonnegative(),
  /** Milliseconds in each phase that was reached, over all attempts. */
  durations: z.partialRecord(z.enum(phases), milliseconds),
  dns: dnsFactsSchema.optional(),
  tls: tlsFactsSchema.optional(),
  http: httpFactsSchema.optional(),
  /** The reply of a Crosscheck listener (TCP or UDP greeting), bounded. */
  reply: z.string().optional(),
})

export type Question = z.infer<typeof questionSchema>
export type DnsFacts = z.infer<typeof dnsFactsSchema>
export type TlsFacts = z.infer<typeof tlsFactsSchema>
export type HttpFacts = z.infer<typeof httpFactsSchema>
export type Outcome = z.infer<typeof outcomeSchema>

/** An outcome with its check and the start time of its first attempt (milliseconds since the epoch). */
export const observationSchema = z.object({ id: z.string(), startedAt: z.number(), outcome: outcomeSchema })
export type Observation = z.infer<typeof observationSchema>
