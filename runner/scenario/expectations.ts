import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { type Expectation, rcodes, type TargetSpec } from './model.ts'

const status = z.int().min(100).max(599)
const address = z.string().refine((text) => isIP(text) !== 0 && !text.includes('%'), {
  error: (issue) => `"${String(issue.input)}" is no IP address`,
})

const conditions = z
  .strictObject({
    rcode: z
      .enum(rcodes)
      .optional()
      .describe('dns: the answer of the resolver. NODATA: the name exists, without such a record.'),
    addresses: z.array(address).min(1).max(1000).optional().describe('dns: exactly these addresses are answered.'),
    status: z
      .union([status, z.array(status).min(1)])
      .optional()
      .describe('http: the status, or a list of possible ones; any 2xx when absent.'),
    body: z.string().min(1).max(2048).optional().describe('http: text that the body contains.'),
    header: z.record(z.string(), z.string()).optional().describe('http: headers and text that their values contain.'),
    tls: z
      .strictObject({
        verified: z.boolean().default(true).describe('The certificate is trusted and valid for the name.'),
        serverName: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe('The name that is asked for (SNI) and must be certified.'),
      })
      .optional()
      .describe('tls and https: what holds of the certificate.'),
  })
  .superRefine((given, context) => {
    const keys = Object.keys(given)
    const dns = keys.filter((key) => key === 'rcode' || key === 'addresses')
    if (keys.length === 0) context.addIssue('expected at least one of rcode, addresses, status, body, header, tls')
    if (dns.length > 0 && dns.length < keys.length) {
      context.addIssue(
        `"${dns[0]}" is about dns and does not go with "${keys.find((key) => key !== 'rcode' && key !== 'addresses')}"`,
      )
    }
    if (given.addresses !== undefined && given.rcode !== undefined && given.rcode !== 'NOERROR') {
      context.addIssue(`${given.rcode} comes without addresses`)
    }
  })

/** The expectation of a path, as written. */
export const expectSchema = z
  .union([z.enum(['allowed', 'blocked']), conditions])
  .describe('allowed, blocked, or conditions: { rcode }, { addresses }, { status, body, header }, { tls }.')

export type ExpectSpec = z.output<typeof expectSchema>

/** Converts a written expectation to the model. */
export function expectationOf(
  spec: ExpectSpec,
  { layer = 4, blockedBy }: { readonly layer?: 4 | 7 | undefined; readonly blockedBy?: string | undefined },
): Expectation {
  if (spec === 'blocked') return { kind: 'blocked', layer, ...(blockedBy !== undefined && { blockedBy }) }
  if (spec === 'allowed') return { kind: 'allowed' }
  const { rcode, addresses, status: given, body, header, tls } = spec
  if (rcode !== undefined || addresses !== undefined) {
    const canonical = addresses?.map((text) => ipaddr.parse(text).toString()).sort()
    return { kind: 'dns', ...(rcode !== undefined && { rcode }), ...(canonical && { addresses: canonical }) }
  }
  const http = {
    ...(given !== undefined && { status: [given].flat() }),
    ...(body !== undefined && { body }),
    ...(header !== undefined && { headers: header }),
  }
  return {
    kind: 'allowed',
    ...(Object.keys(http).length > 0 && { http }),
    ...(tls !== undefined && {
      tls: { verified: tls.verified, ...(tls.serverName !== undefined && { serverName: tls.serverName }) },
    }),
  }
}

/** Why this target cannot have this expectation; undefined if it can. */
export function misfit(expect: Expectation, target: TargetSpec): string | undefined {
  const spoken = spokenBy(target)
  if (expect.kind === 'dns' && spoken !== 'dns') return 'rcode and addresses are expected of dns:// targets only'
  if (expect.kind === 'allowed' && expect.http && spoken !== 'http' && spoken !== 'https') {
    return 'status, body and header are expected of http targets only'
  }
  if (expect.kind === 'allowed' && expect.tls && spoken !== 'tls' && spoken !== 'https') {
    return 'tls is expected of tls:// and https:// targets only'
  }
  if (expect.kind === 'blocked' && expect.layer === 7 && (spoken === 'udp' || spoken === 'dns')) {
    return `layer: 7 has no meaning for a ${spoken} target`
  }
  return undefined
}

function spokenBy(target: TargetSpec): string {
  if (target.kind === 'pods' || target.kind === 'nodePort') return target.speech.protocol
  return target.kind === 'http' && target.secure ? 'https' : target.kind
}
