import * as z from 'zod'

/** Where in a check something happened; `admission` means the probe itself refused the target. */
export const phases = ['admission', 'resolve', 'connect', 'tls', 'request', 'response'] as const

/** The closed vocabulary of what a check can see. `docs/reference/outcomes.md` says for each whether it is evidence of a block. */
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

/** One name that the resolver asked of one server, in order; the search list and ndots make several of these. */
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
  /** The name that was answered in the end, after the search list. */
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
  /** The first bytes of the body, bounded by the probe's limits. */
  body: z.string(),
  url: z.string(),
})

/** What one check saw. A check never rejects: broken machinery is the reason `not_run`. Crosses the wire from probe to runner. */
export const outcomeSchema = z.object({
  reason: z.enum(reasons),
  phase: z.enum(phases),
  /** One sentence for people: the errno, the server's message, the failed condition. */
  detail: z.string().optional(),
  /** The literal that was dialled, canonical form. */
  address: z.string().optional(),
  port: z.number().int().optional(),
  /** The socket's own address, which tells in whose network the check ran. */
  localAddress: z.string().optional(),
  attempts: z.number().int().nonnegative(),
  /** Milliseconds spent in each phase that was reached, over all attempts. */
  durations: z.partialRecord(z.enum(phases), milliseconds),
  dns: dnsFactsSchema.optional(),
  tls: tlsFactsSchema.optional(),
  http: httpFactsSchema.optional(),
  /** What a Crosscheck listener said of itself (TCP or UDP greeting), bounded. */
  reply: z.string().optional(),
})

export type Question = z.infer<typeof questionSchema>
export type DnsFacts = z.infer<typeof dnsFactsSchema>
export type TlsFacts = z.infer<typeof tlsFactsSchema>
export type HttpFacts = z.infer<typeof httpFactsSchema>
export type Outcome = z.infer<typeof outcomeSchema>

/** An outcome with the check it belongs to and the time at which its first attempt began (milliseconds since the epoch). */
export const observationSchema = z.object({ id: z.string(), startedAt: z.number(), outcome: outcomeSchema })
export type Observation = z.infer<typeof observationSchema>
