import * as z from 'zod'

/** Limits of every check. The probe's documentation, the scenario schema and the OpenAPI page all use them. */
export const bounds = {
  deadlineMs: { min: 10, max: 60_000, default: 3_500 },
  attempts: { min: 1, max: 20, default: 1 },
  bodyBytes: 64 * 1024,
  replyBytes: 1024,
  redirects: 5,
} as const

const port = z.int().min(1).max(65_535)
const host = z.string().min(1).max(253)

/**
 * Fields that all kinds share. The deadline covers all attempts of the check; the caller sets it and passes it as a
 * signal.
 */
const common = {
  id: z.string().min(1).max(200).default('check'),
  deadlineMs: z.int().min(bounds.deadlineMs.min).max(bounds.deadlineMs.max).default(bounds.deadlineMs.default),
  /** Maximum number of attempts, each with a new connection. All attempts share the deadline equally. */
  attempts: z.int().min(bounds.attempts.min).max(bounds.attempts.max).default(bounds.attempts.default),
  /** The address family to which a name must resolve; when absent, the first answer (A before AAAA). */
  family: z.union([z.literal(4), z.literal(6)]).optional(),
}

const dnsTypes = ['A', 'AAAA', 'CNAME', 'SRV', 'TXT', 'PTR', 'NS', 'MX', 'SOA'] as const

const tlsOptions = {
  serverName: host.optional(),
  /** Whether the certificate must match the name and be trusted by the system's roots, or by `ca`. */
  verify: z.boolean().default(true),
  ca: z
    .string()
    .max(64 * 1024)
    .optional(),
}

export const checkSchemas = {
  dns: z.strictObject({
    kind: z.literal('dns'),
    ...common,
    name: z.string().min(1).max(255),
    type: z.enum(dnsTypes).default('A'),
    /** Query this server instead of those in resolv.conf. */
    server: host.optional(),
    /** Port of `server`; 53 when absent. */
    port: port.optional(),
  }),
  tcp: z.strictObject({
    kind: z.literal('tcp'),
    ...common,
    host,
    port,
    /** Sent after connecting. The first response becomes `reply` in the outcome. */
    send: z.string().max(1024).optional(),
    /** Do not extend the deadline when the processor was busy, because the kernel alone establishes a connection. */
    exactDeadline: z.boolean().optional(),
  }),
  udp: z.strictObject({
    kind: z.literal('udp'),
    ...common,
    host,
    port,
    /** The datagram. It is repeated within the deadline, because UDP loses packets. */
    send: z.string().max(1024).default('crosscheck'),
  }),
  tls: z.strictObject({ kind: z.literal('tls'), ...common, host, port, ...tlsOptions }),
  http: z.strictObject({
    kind: z.literal('http'),
    ...common,
    url: z.url({ protocol: /^https?$/ }).max(2048),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']).default('GET'),
    headers: z.record(z.string().max(200), z.string().max(2000)).default({}),
    body: z.string().max(bounds.bodyBytes).optional(),
    redirects: z.int().min(0).max(bounds.redirects).default(0),
    expect: z
      .strictObject({
        /** Exact statuses; any 2xx when absent. */
        status: z.array(z.int().min(100).max(599)).min(1).optional(),
        headers: z.record(z.string(), z.string()).optional().describe('value contained, case-insensitive name'),
        body: z.string().max(2048).optional().describe('text that the body contains'),
      })
      .default({}),
    ...tlsOptions,
  }),
} as const

export const checkSchema = z.discriminatedUnion('kind', [
  checkSchemas.dns,
  checkSchemas.tcp,
  checkSchemas.udp,
  checkSchemas.tls,
  checkSchemas.http,
])

export type Check = z.infer<typeof checkSchema>
export type CheckInput = z.input<typeof checkSchema>
export type CheckKindName = Check['kind']
export type DnsCheck = Extract<Check, { kind: 'dns' }>
export type TcpCheck = Extract<Check, { kind: 'tcp' }>
export type UdpCheck = Extract<Check, { kind: 'udp' }>
export type TlsCheck = Extract<Check, { kind: 'tls' }>
export type HttpCheck = Extract<Check, { kind: 'http' }>
