import { z } from 'zod'
import { scenarioSchema } from './schema.ts'

/** A text with a variable, which is valid in place of a number, a fixed word or a pattern. */
const withVariable = { type: 'string', pattern: '\\$\\{' }

/** The JSON Schema (draft 7) with which editors complete and validate scenario files. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const { type } = zodSchema._zod.def
      if (type !== 'number' && type !== 'enum' && jsonSchema.pattern === undefined) return
      const { description, ...rest } = jsonSchema
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key]
      Object.assign(jsonSchema, { anyOf: [rest, withVariable], ...(description !== undefined && { description }) })
    },
  })
  return { ...schema, title: 'Crosscheck scenario' }
}
