import { z } from 'zod'
import { checkSchemas } from '../../checks/check.ts'
import type { HttpRequest, Speech } from './model.ts'

const http = checkSchemas.http.shape

/** The fields of an HTTP request other than its URL. Defaults are in checks/check.ts. */
export const requestFields = {
  method: http.method.unwrap().optional().describe('HTTP method; GET when absent.'),
  headers: http.headers.unwrap().optional().describe('Headers of the HTTP request.'),
  body: http.body.describe('Body of the HTTP request.'),
  redirects: http.redirects.unwrap().optional().describe('How many redirects are followed; none when absent.'),
}

export const port = z.int().min(1).max(65_535)

const protocols = ['TCP', 'UDP', 'TLS', 'HTTP', 'HTTPS'] as const

export const speechFields = {
  protocol: z.enum(protocols).optional().describe('What is spoken at the port; TCP when absent.'),
  path: z
    .string()
    .regex(/^\/\S*$/, { error: 'a path begins with /' })
    .max(2000)
    .optional()
    .describe('With HTTP or HTTPS: the path that is asked for.'),
}

type RequestFields = z.output<z.ZodObject<typeof requestFields>>

export function requestOf({ method = 'GET', headers = {}, body, redirects = 0 }: RequestFields): HttpRequest {
  return { method, headers, redirects, ...(body !== undefined && { body }) }
}

/** The protocol of a target by port; a sentence with the problem if HTTP fields are used with another protocol. */
export function speechOf(fields: z.output<z.ZodObject<typeof speechFields>>, request: RequestFields): Speech | string {
  const protocol = (fields.protocol ?? 'TCP').toLowerCase() as Lowercase<(typeof protocols)[number]>
  if (protocol === 'http' || protocol === 'https') {
    return { protocol, path: fields.path ?? '/', request: requestOf(request) }
  }
  const stray = [...Object.keys(request), ...(fields.path === undefined ? [] : ['path'])][0]
  return stray === undefined ? { protocol } : `"${stray}" goes only with protocol: HTTP or HTTPS`
}
