import { z } from 'zod'
import { matrixSchema } from './cell.ts'

/** The JSON Schema (draft 7) of the output of `crosscheck matrix -o json`. */
export function matrixJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(matrixSchema, { target: 'draft-7' }), title: 'Crosscheck matrix' }
}
