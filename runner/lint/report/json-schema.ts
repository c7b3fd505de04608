import { z } from 'zod'
import { severities } from '../rule.ts'

/** What `crosscheck lint -o json` prints. */
const lintSchema = z.strictObject({
  findings: z.array(
    z.strictObject({
      rule: z.string().describe('the id of the rule, as docs/lint.md lists them'),
      severity: z.enum(severities),
      message: z.string(),
      file: z.string(),
      line: z.int().min(1),
      column: z.int().min(1),
      object: z.string().describe('Kind namespace/name; empty where the text is no object'),
      fix: z.string().optional().describe('what to write'),
    }),
  ),
})

export type LintDocument = z.infer<typeof lintSchema>

/** The JSON Schema (draft 7) of it. */
export function lintJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(lintSchema, { target: 'draft-7' }), title: 'Crosscheck lint' }
}
