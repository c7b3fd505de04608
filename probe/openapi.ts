import * as z from 'zod'
import { type CheckKindName, checkSchema, checkSchemas } from '../checks/check.ts'
import { observationSchema } from '../checks/outcome.ts'
import { paceSchema } from './pace.ts'
import { parameters } from './query.ts'

/** The OpenAPI 3.1 page of the control port, generated from the schemas that validate its requests. */
export function openapi(bounds: { readonly checksPerBatch: number; readonly bodyBytes: number }): object {
  const kinds = Object.keys(checkSchemas) as CheckKindName[]
  return {
    openapi: '3.1.0',
    info: { title: 'Crosscheck probe', version: 'v1' },
    security: [{}, { token: [] }],
    paths: {
      ...Object.fromEntries(kinds.map((kind) => [`/v1/${kind}`, { get: single(kind) }])),
      '/v1/checks': { post: batch(bounds) },
      '/v1/witness': { get: witness },
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Check: z.toJSONSchema(checkSchema, { io: 'input' }),
        Observation: z.toJSONSchema(observationSchema),
        Refusal: refusal,
      },
      responses: { Refusal: { description: 'The request was refused.', content: json('Refusal') } },
    },
  }
}

const json = (schema: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } })
const refused = { default: { $ref: '#/components/responses/Refusal' } }

const refusal = {
  type: 'object',
  required: ['error', 'detail'],
  properties: {
    error: { type: 'string' },
    detail: { type: 'string' },
    mistakes: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
    },
  },
}

function single(kind: CheckKindName): object {
  return {
    summary: `Runs one ${kind} check. A target that cannot be reached, or that the probe refuses, is an observation too: status 200.`,
    parameters: parameters(kind).map(({ name, required, schema }) => ({ name, in: 'query', required, schema })),
    responses: { 200: { description: 'What the check saw.', content: json('Observation') }, ...refused },
  }
}

function batch({ checksPerBatch, bodyBytes }: { checksPerBatch: number; bodyBytes: number }): object {
  const pace = z.toJSONSchema(paceSchema, { io: 'input' })
  const checks = { type: 'array', minItems: 1, maxItems: checksPerBatch, items: { $ref: '#/components/schemas/Check' } }
  const observation = { 'application/x-ndjson': { schema: { $ref: '#/components/schemas/Observation' } } }
  return {
    summary: `Runs checks and answers one line per observation as they come; at most ${bodyBytes} bytes. Closing the connection ends the checks.`,
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { type: 'object', required: ['checks'], properties: { checks, pace } } },
      },
    },
    responses: { 200: { description: 'Observations, in order of arrival.', content: observation }, ...refused },
  }
}

const witness = {
  summary: 'Where and when the listeners of this process were sent a nonce.',
  parameters: [
    { name: 'nonce', in: 'query', required: true, schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{8,64}$' } },
  ],
  responses: { 200: { description: 'Sightings, in order.' }, ...refused },
}
