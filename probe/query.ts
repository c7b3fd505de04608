import * as z from 'zod'
import { type Check, type CheckKindName, checkSchema, checkSchemas } from '../checks/check.ts'
import { type Mistake, mistakes } from './validation-errors.ts'

export interface Parameter {
  readonly name: string
  readonly type: 'string' | 'number' | 'boolean'
  readonly required: boolean
  /** JSON Schema of the value. */
  readonly schema: object
}

interface Property {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly Property[]
}

/**
 * The parameters of `GET /v1/<kind>`: every property of the check's schema with a single value (headers and conditions
 * need POST).
 */
export function parameters(kind: CheckKindName): readonly Parameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(checkSchemas[kind], { io: 'input' }) as {
    properties?: Record<string, Property>
    required?: readonly string[]
  }
  return Object.entries(properties).flatMap(([name, property]) => {
    const type = scalar(property)
    return name === 'kind' || type === undefined
      ? []
      : [{ name, type, required: required.includes(name), schema: property }]
  })
}

function scalar(property: Property): Parameter['type'] | undefined {
  const first = property.anyOf?.[0] ?? property
  const type = first.type ?? typeof first.const
  if (type === 'integer' || type === 'number') return 'number'
  return type === 'string' || type === 'boolean' ? type : undefined
}

/** Parses a check from a query string, or returns the mistakes. Empty numbers and words for booleans are mistakes. */
export function readQuery(
  kind: CheckKindName,
  types: ReadonlyMap<string, Parameter['type']>,
  query: Readonly<Record<string, unknown>>,
): Check | { readonly mistakes: readonly Mistake[] } {
  const given = Object.entries(query).map(([name, value]) => [name, coerce(types.get(name), value)])
  const parsed = checkSchema.safeParse({ ...Object.fromEntries(given), kind })
  return parsed.success ? parsed.data : { mistakes: mistakes(parsed.error, '') }
}

function coerce(type: Parameter['type'] | undefined, value: unknown): unknown {
  if (type === 'number' && typeof value === 'string' && /^\d{1,10}$/.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}
